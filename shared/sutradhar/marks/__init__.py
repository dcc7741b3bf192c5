"""Write, sign and read the marks in finished files: content credentials (C2PA) and XMP."""

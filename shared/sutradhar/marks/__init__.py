"""Write, sign and read the marks in finished files: content credentials (C2PA) and XMP."""

VERSION = 1
"""Version of what is written for the same facts; raise it when that changes, and stored videos are marked again."""

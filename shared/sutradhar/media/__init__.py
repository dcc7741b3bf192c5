"""Read users' files: the upload check (``providers``) and the renderer both use this package."""

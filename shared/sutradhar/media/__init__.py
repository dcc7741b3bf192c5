"""The one reader of users' files, for the door (providers) and for the renderer."""

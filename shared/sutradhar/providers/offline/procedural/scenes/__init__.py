"""Compose a scene by the words of a prompt: place, sky, land, and what stands there."""

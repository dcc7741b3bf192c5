"""Publish on YouTube, over the YouTube Data API v3."""

from sutradhar.destinations.youtube.destination import YouTubeDestination

__all__ = ["YouTubeDestination"]

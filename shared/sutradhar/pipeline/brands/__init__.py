"""Brands: how all videos of a channel look and sound."""

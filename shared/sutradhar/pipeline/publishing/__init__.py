"""Publish finished videos: on time, once, and within the destinations' quotas."""

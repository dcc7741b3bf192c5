"""The Pub/Sub topics; a module of its own, because a function that starts cold needs it before any message."""

TOPICS = ("plan", "produce", "dispatch", "finish", "check", "webhook", "publish")
"""Each topic has a Pub/Sub function of the same name, and each message names its topic."""

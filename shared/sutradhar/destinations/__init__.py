"""The places where videos are published. docs/destinations.md shows how to add one."""

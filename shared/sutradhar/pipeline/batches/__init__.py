"""Batches: up to a thousand videos from one plan and a table."""

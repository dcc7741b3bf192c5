"""The offline planner; see planner.py."""

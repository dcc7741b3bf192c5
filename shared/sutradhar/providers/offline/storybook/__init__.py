"""The offline planner; ``planner.py`` is its entry."""

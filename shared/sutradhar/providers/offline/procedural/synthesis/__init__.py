"""Synthesise music: the style of each mood, scores and instruments."""

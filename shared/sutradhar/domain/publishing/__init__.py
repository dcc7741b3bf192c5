"""Publications: when a finished video goes where, and what became of it."""

"""Emulate a whole cloud on loopback, for developers and tests. This package is never deployed."""

"""A whole cloud on loopback, for developers and tests; never deployed."""

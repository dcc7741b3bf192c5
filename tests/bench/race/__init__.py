"""Race our renderer against others on the same film: ``python -m tests.bench.race``."""

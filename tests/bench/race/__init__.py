"""Race our renderer against others on the same video: ``python -m tests.bench.race``."""

"""Process audio samples: the providers and the renderer share these formulas. Only numpy and soxr are used."""

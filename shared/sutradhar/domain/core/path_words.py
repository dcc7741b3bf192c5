"""List the words of the API that stand in its paths where other calls have an id."""

PATH_WORDS = ("quota", "check", "import")
"""``GET /publish/quota``, ``POST /batches/check``, ``POST /brands/import``: nothing has them as its id."""

"""The composite indexes that our queries need. Terraform makes them, and a test compares the two: the emulator answers
every query without any, while Firestore itself refuses one that lacks its index."""

INDEXES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    # FirestoreJobStore.unfinished; latest needs only the index that every single field has
    ("jobs", (("over", "ASCENDING"), ("updated_at", "ASCENDING"))),
)
TTL_FIELD = "expire_at"
TTL_COLLECTIONS = ("jobs", "assets", "leases", "records")
UNINDEXED = (("jobs", "body"), ("assets", "body"), ("records", "body"))
"""Long texts that nobody searches: an index of them would only cost."""

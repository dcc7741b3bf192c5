"""The composite indexes that our queries need.

Terraform creates them, and a test compares the two: the emulator answers every query without any index, while Firestore
itself refuses a query that lacks its index.
"""

INDEXES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    # FirestoreJobStore.list_unfinished; list_latest needs only the index that every single field has
    ("jobs", (("over", "ASCENDING"), ("updated_at", "ASCENDING"))),
)
TTL_FIELD = "expire_at"
TTL_COLLECTIONS = ("jobs", "assets", "leases", "records")
UNINDEXED = (("jobs", "body"), ("assets", "body"), ("records", "body"))
"""Long texts that no query searches: an index of them would only cost money."""

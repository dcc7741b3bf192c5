"""Note the acts of agents in the audit log, under the same names as those of the API's callers."""

from functions.api.audit import describe_act
from sutradhar import bootstrap
from sutradhar.pipeline.audit import note_act


def note(action: str, **facts: str | float) -> None:
    """Store that a tool has done ``action``."""
    note_act(bootstrap.backend().documents, describe_act(action, by="mcp", **facts))

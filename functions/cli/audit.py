"""Note the acts of this terminal in the audit log, under the same names as those of the API's callers."""

import secrets

from sutradhar import bootstrap
from sutradhar.domain.core.audit import AuditEntry
from sutradhar.pipeline.audit import note_act


def note_terminal_act(action: str, job_id: str = "", /, **facts: str | float) -> None:
    """Store that a command has done ``action``, such as ``cancel_render``."""
    note_act(bootstrap.backend().documents, describe_terminal_act(action, job_id, **facts))


def describe_terminal_act(action: str, job_id: str = "", /, **facts: str | float) -> AuditEntry:
    """Return the entry of ``action``, for a command that stores it together with its act."""
    return AuditEntry(
        id=secrets.token_hex(8),
        at=bootstrap.backend().clock.now(),
        action=action,
        actor="terminal",
        job_id=job_id,
        facts=facts,
    )

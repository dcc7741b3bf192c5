"""Remove all data of a key, and show how far a removal is."""

from functions.api.audit import add_facts
from functions.api.auth import caller
from functions.api.endpoint import endpoint
from functions.api.keys import list_keys
from functions.api.links import make_url
from sutradhar import bootstrap
from sutradhar.domain.jobs.removal_answer import RemovalAnswer

WAIT_SEC = 5.0
"""Seconds that the API waits for the end of a removal before it answers without the outcome."""

Answer = tuple[RemovalAnswer, int, dict[str, str]]


@endpoint(answers={200: RemovalAnswer, 202: RemovalAnswer})
def remove_my_data() -> Answer:
    """Remove all data of your key: jobs with their files, uploads, and what is stored for webhooks.

    Running jobs are canceled first. The answer tells what was removed (200), or where to look while that goes on (202).
    The key stays valid, and the audit log keeps its lines.
    """
    who = caller()
    return _remove(who.id if who else "")


@endpoint(answers={200: RemovalAnswer, 202: RemovalAnswer})
def remove_key_data(key_id: str) -> Answer:
    """Remove all data of a key, as its holder can by `DELETE /me/data`; also of a key that is revoked."""
    from sutradhar.pipeline.data_removal import require_owner

    require_owner(bootstrap.services(), key_id, [key.id for key in list_keys()])
    return _remove(key_id)


@endpoint(answers={200: RemovalAnswer})
def show_removal(removal_id: str) -> tuple[RemovalAnswer, int, dict[str, str]]:
    """Show what a removal has removed by now. It can be looked up for 30 days after its end."""
    from sutradhar.pipeline.data_removal import get_removal

    removal = get_removal(bootstrap.services(), removal_id, caller())
    return RemovalAnswer.describe(removal), 200, {} if removal.ended_at else {"Retry-After": "1"}


def _remove(owner: str) -> Answer:
    from sutradhar.pipeline.data_removal import await_end, order_removal, request_removal

    services, who = bootstrap.services(), caller()
    removal, created = request_removal(services, owner, who.id if who else "")
    order_removal(services, removal)
    add_facts(removal_id=removal.id)
    if created:  # a repeat does not hold this thread again
        removal = await_end(services, removal, WAIT_SEC)
    headers = {"Location": make_url(f"/me/data/removals/{removal.id}")}
    if removal.ended_at:
        return RemovalAnswer.describe(removal), 200, headers
    return RemovalAnswer.describe(removal), 202, {**headers, "Retry-After": "1"}

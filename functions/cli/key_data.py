"""Delete all data of a key for `sutradhar keys delete-data`, and print what was deleted."""

import math
from collections.abc import Sequence

from functions.cli.audit import note_terminal_act
from functions.cli.confirm import confirm
from functions.cli.console import print_line
from functions.cli.output import add_row, make_table, print_json, print_table
from sutradhar import bootstrap
from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.jobs.removal_answer import RemovalAnswer


def delete_key_data(key_id: str, keys: Sequence[ApiKey], *, yes: bool) -> RemovalAnswer:
    """Delete all data of the key and return what was deleted. On Google Cloud the functions do it.

    Raises:
        NotFound: ``key_id`` is not among ``keys``, and there is no data of such a key.
    """
    from sutradhar.pipeline import data_removal

    services = bootstrap.services()
    data_removal.require_owner(services, key_id, [key.id for key in keys])
    if not yes:
        confirm(f"Delete all jobs, files and uploads of {key_id}?")
    removal, _ = data_removal.request_removal(services, key_id, "terminal")
    note_terminal_act("remove_key_data", key_id=key_id, removal_id=removal.id)
    if bootstrap.settings().process.backend == "local":
        removal = data_removal.run_removal(services, removal)  # no server may be running
    else:
        data_removal.order_removal(services, removal)
        removal = data_removal.await_end(services, removal, math.inf)
    return RemovalAnswer.describe(removal)


def print_removal(answer: RemovalAnswer, *, as_json: bool) -> None:
    """Print what was deleted."""
    if as_json:
        print_json(answer)
        return
    table = make_table("deleted", "number", "MB")
    for kind, amount in answer.removed:
        if amount.count:
            add_row(
                table, kind.replace("_", " "), str(amount.count), f"{amount.bytes / 1e6:.1f}" if amount.bytes else ""
            )
    print_table(table, f"{answer.key_id} had no data.")
    print_line(f"What stays: {'; '.join(answer.kept)}.")

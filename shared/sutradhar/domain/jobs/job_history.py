"""The history of the stored job: how the fields of earlier versions become today's."""

from sutradhar.domain.core.record import Fields, History, keep_fields, rename

_ENDS = ("SUCCEEDED", "FAILED", "CANCELLED")


def _list_unannounced(fields: Fields) -> Fields:
    """Replace the fields about the end whose event is not stored by the list ``unannounced``."""
    announced_at, error = fields.pop("announced_at", None), fields.pop("unannounced_error", None)
    times, state = fields["entered_at"], fields["state"]
    events = [{"state": "FAILED", "at": times["FAILED"], "error": error}] if error else []
    if state in _ENDS and announced_at != times[state]:
        events.append({"state": state, "at": times[state], "error": fields.get("error")})
    return {**fields, "unannounced": events}


JOB_HISTORY = History(
    "job",
    keep_fields,
    rename("wanted", "requested_plan"),
    rename("entered", "entered_at"),
    rename("owner_cap", "owner_cap_micros"),
    rename("estimated", "estimated_micros"),
    rename("estimated_most", "max_estimated_micros"),
    _list_unannounced,
)

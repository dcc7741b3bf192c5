"""Keep the approvals that agents ask for: find, list and answer them."""

from sutradhar.domain.jobs.approval import Approval
from sutradhar.ports.documents import Facts, Kind


def _describe(approval: Approval) -> Facts:
    return Facts(
        id=approval.id,
        owner=approval.owner,
        created_at=approval.created_at,
        state=approval.state,
        due_at=approval.expires_at if approval.state == "waiting" else None,
    )


APPROVALS = Kind("approval", Approval, _describe)

"""Define why a job failed."""

from typing import Any, Self

from sutradhar.domain.core.errors import SpentBudget
from sutradhar.domain.core.failure import FailureDetail


class JobFailure(FailureDetail):
    """The failure of a job, and what a retry can use of its work."""

    kept: str = ""
    """The finished work that a retry uses again, in words."""
    refused_by: str = ""
    """The versions of the quality gate and of the renderer that would refuse the video again; otherwise empty."""
    is_user_error: bool = False
    """True if the caller caused it, as by a cap on its cost: it does not count against docs/objectives.md."""
    is_timeout: bool = False
    """True if the work was started again and again and never came to an end."""
    spent_budget: SpentBudget = ""
    """The budget that did not suffice; empty: it failed for another reason."""

    @classmethod
    def from_detail(
        cls,
        detail: FailureDetail,
        *,
        kept: str = "",
        refused_by: str = "",
        spent_budget: SpentBudget = "",
        **causes: bool,
    ) -> Self:
        return cls(**detail.model_dump(), kept=kept, refused_by=refused_by, spent_budget=spent_budget, **causes)

    def to_api(self) -> dict[str, Any]:
        """Return the ``error`` of a job's status. What is left out is for the metrics, or told by ``advice``."""
        return self.model_dump(exclude={"retryable", "is_user_error", "is_timeout", "spent_budget"})

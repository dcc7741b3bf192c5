"""Describe what providers would be paid, in the same words for a dry run and for a review."""

from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.language.tags import Language
from sutradhar.pipeline.estimate import Estimate


class ExpectedCostLine(Frozen):
    """The estimated cost of one asset in US dollars."""

    slot: str
    """The asset, such as ``scene-00-image``."""
    language: Language | None
    """The language of a further video, or of a translation, that it is for; None: it is for the first video."""
    provider: str
    model: str
    expected_usd: float
    most_usd: float
    """The sum that is reserved before the call."""


class CostEstimate(Frozen):
    """The cost of everything that is not made yet."""

    expected_usd: float
    most_usd: float
    """The sum that would be reserved for all calls of providers."""
    lines: tuple[ExpectedCostLine, ...]
    """The paid assets that no earlier job has made."""


def describe_estimate(estimate: Estimate) -> CostEstimate:
    """Return ``estimate`` as answers show it."""
    return CostEstimate(
        expected_usd=usd(estimate.expected_cost),
        most_usd=usd(estimate.max_cost),
        lines=tuple(
            ExpectedCostLine(
                slot=str(line.slot),
                language=line.language,
                provider=line.provider,
                model=line.model,
                expected_usd=usd(line.expected),
                most_usd=usd(line.max),
            )
            for line in estimate.lines
        ),
    )

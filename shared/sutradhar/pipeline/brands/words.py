"""Add the words of a job's brand to a publication that is ordered later."""

from collections.abc import Collection, Mapping
from typing import Any

from sutradhar.domain.jobs.job import Job
from sutradhar.domain.plan.branding import list_words
from sutradhar.pipeline.brands.store import BRANDS, make_brand_id
from sutradhar.pipeline.services import Services


def add_brand_words(
    services: Services, job: Job, destination: str, words: Mapping[str, Any], chosen: Collection[str]
) -> dict[str, Any]:
    """Return ``words`` with those that the brand of ``job`` has now for ``destination``, and that the caller left out.

    Args:
        chosen: the names of the words that the caller wrote; ``words`` may have defaults beside them.
    """
    plan = job.requested_plan
    ids = [make_brand_id(owner, plan.brand or "") for owner in dict.fromkeys((job.owner, ""))]
    stored = services.documents.get_many(BRANDS, ids) if plan.brand else {}
    brand = next((stored[one] for one in ids if one in stored), None)
    own = list_words(plan, brand.fields, destination) if brand else {}
    return {**words, **{name: value for name, value in own.items() if name not in chosen and name != "priority"}}

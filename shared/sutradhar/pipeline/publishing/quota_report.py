"""Tell what is used and left of today's quotas."""

from sutradhar.domain.publishing.publication_answer import BucketAnswer, QuotaAnswer
from sutradhar.domain.publishing.quota import find_next_day
from sutradhar.pipeline.publishing.quota import read_day
from sutradhar.pipeline.services import Services


def describe_quotas(services: Services) -> QuotaAnswer:
    """Return today's quota of each bucket of each destination."""
    now, quotas = services.clock.now(), []
    for destination in services.providers.destinations.values():
        for bucket in destination.buckets:
            used = read_day(services, destination.name, bucket).used.get(bucket.name, 0)
            quotas.append(
                BucketAnswer(
                    destination=destination.name,
                    bucket=bucket.name,
                    used=used,
                    limit=bucket.per_day,
                    left=max(bucket.per_day - used, 0),
                    resets_at=find_next_day(now, bucket.zone),
                )
            )
    return QuotaAnswer(quotas=tuple(quotas))

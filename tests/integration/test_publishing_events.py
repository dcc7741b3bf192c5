"""The events and the audit lines of publications: each end once, to the receiver that the job has then."""

from sutradhar.domain.jobs.webhook import Webhook
from sutradhar.pipeline.audit import AUDIT
from sutradhar.pipeline.publishing.schedule import cancel_publication, retry_publication
from sutradhar.pipeline.webhook_delivery import DELIVERIES
from tests.integration.publisher import Publisher


def choose_receiver(publisher: Publisher, name: str | None) -> None:
    webhook = Webhook(url=f"https://{name}.example/hook", base_url="") if name else None
    publisher.services.move(publisher.job_id, lambda job: job.set_webhook(webhook, publisher.clock.now()))


def list_events(publisher: Publisher) -> list[tuple[str, str]]:
    page = publisher.services.documents.list(DELIVERIES, limit=100)
    return sorted((one.type, one.url) for one in page.records if one.type.startswith("publication."))


def list_ends(publisher: Publisher) -> list[str]:
    page = publisher.services.documents.list(AUDIT, limit=100)
    return sorted(str(one.facts["state"]) for one in page.records if one.action == "end_publication")


def test_an_event_goes_to_the_receiver_that_was_chosen_after_the_order(publisher: Publisher) -> None:
    choose_receiver(publisher, "old")
    publisher.order(minutes=5)
    choose_receiver(publisher, "new")
    publisher.end_render()
    publisher.tick(6)
    publisher.tick(1)
    assert list_events(publisher) == [("publication.published", "https://new.example/hook")]


def test_no_event_comes_after_the_receiver_was_taken_away(publisher: Publisher) -> None:
    choose_receiver(publisher, "old")
    publisher.order(minutes=5)
    choose_receiver(publisher, None)
    publisher.end_render()
    publisher.tick(6)
    assert (list_events(publisher), len(publisher.list_published())) == ([], 1)


def test_each_end_is_told_once(publisher: Publisher) -> None:
    choose_receiver(publisher, "one")
    publisher.end_render()
    cancel_publication(publisher.services, publisher.order(minutes=5).id, None)
    publication = publisher.order(minutes=5)
    publisher.tick(2 * 24 * 60)  # its time is missed
    retry_publication(publisher.services, publication.id, None)
    for _ in range(3):
        publisher.tick(1)
    url = "https://one.example/hook"
    assert list_events(publisher) == [("publication.failed", url), ("publication.published", url)]
    assert list_ends(publisher) == ["canceled", "failed", "published"]

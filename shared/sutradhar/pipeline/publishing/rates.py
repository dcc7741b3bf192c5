"""Keep the rate of the uploads to each destination in the store, as all workers measure it."""

from datetime import timedelta

from sutradhar.domain.core.errors import BackendError
from sutradhar.domain.publishing.rates import UploadRates
from sutradhar.pipeline.services import Services
from sutradhar.ports.records import Values
from sutradhar.telemetry import log


def read_rate(services: Services, destination: str) -> float | None:
    """Return the bytes per second that an upload reaches; None: no upload was measured."""
    name = _name(destination)
    text = services.records.read([name]).get(name)
    return UploadRates.from_record(text).estimate() if text else None


def note_rate(services: Services, destination: str, sent: int, time: timedelta) -> None:
    """Note that ``sent`` bytes took ``time``. The video is there whether this succeeds or not."""
    name = _name(destination)

    def write(texts: Values) -> Values:
        before = UploadRates.from_record(texts[name]) if texts.get(name) else UploadRates()
        after = before.note(sent, time)
        return {} if after is before else {name: after.to_record()}

    try:
        services.records.update([name], write)
    except BackendError as exc:
        log("upload_rate_lost", level="warning", exc=exc, destination=destination)


def _name(destination: str) -> str:
    return f"publishing-rate/{destination}"

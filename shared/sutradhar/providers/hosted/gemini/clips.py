"""Films by Veo, made of a picture. Google serves it on Vertex AI only: an API key is not enough."""

from collections.abc import Callable
from typing import Any

from sutradhar.domain.assets.asset import Provenance
from sutradhar.domain.assets.operation import Operation
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.core.errors import ProviderError, StillAtWork
from sutradhar.ports.call_gate import CallGate
from sutradhar.ports.providers import VideoFile
from sutradhar.provider_table import find_offer
from sutradhar.providers.hosted.api_errors import (
    ProviderAccount,
    call_with_retries,
    make_bad_response,
    make_refusal,
    refuse_bad_media,
)
from sutradhar.providers.hosted.gemini.client import PROVIDER, convert_errors, open_client
from sutradhar.providers.media.image_decode import find_media_type
from sutradhar.providers.media.video_probe import probe_size

_SECONDS = (4, 6, 8)
"""The lengths that there are; in 1080p only the last (cloud.google.com/vertex-ai/generative-ai/docs/models/veo)."""
_LARGE = 1000
"""Pixels of the film's shorter side, above which 720p would be seen to be too few."""
_INVALID_ARGUMENT = 3
"""Of google.rpc.Code: how an operation ends whose prompt or picture is against the rules."""


class Veo:
    def __init__(self, account: ProviderAccount, gate: CallGate) -> None:
        self._account, self._gate = account, gate
        self._model = account.options.get("clip_model", find_offer(PROVIDER, "clip").default)

    @property
    def provider_id(self) -> ProviderId:
        return ProviderId(PROVIDER, self._model)

    def usage(self, width: int, height: int, seconds: float) -> Usage:
        """Return the seconds of the clip. Raise ProviderError without a project."""
        if not self._account.options.get("project"):
            raise ProviderError(
                "it makes clips on Vertex AI only, and there is an API key only",
                provider=PROVIDER,
                retryable=False,
                fault="request",
                advice="set GEMINI_PROJECT",
            )
        return Usage.exact(PROVIDER, self._model, {"seconds": float(_length(width, height, seconds))})

    def start(
        self, prompt: str, style: str, width: int, height: int, seconds: float, seed: int, first_frame: bytes
    ) -> Operation:
        """Raises ProviderError."""
        usage = self.usage(width, height, seconds)
        text = f"{prompt}\nStyle: {style}" if style else prompt
        config: dict[str, Any] = {
            "number_of_videos": 1,
            "duration_seconds": _length(width, height, seconds),
            "aspect_ratio": "9:16" if height > width else "16:9",
            "resolution": "1080p" if _is_large(width, height) else "720p",
            "generate_audio": False,
            "seed": seed,
        }
        source = {"prompt": text, "image": {"image_bytes": first_frame, "mime_type": find_media_type(first_frame)}}
        with self._gate.call(usage) as call, open_client(self._account) as google:

            def begun() -> Any:
                with convert_errors():
                    return google.models.generate_videos(model=self._model, source=source, config=config)

            answer = call_with_retries(begun)
            if not answer.name:
                raise make_bad_response(PROVIDER, f"it named no operation{f': {answer.error}' if answer.error else ''}")
            return call.mark_pending(answer.name)

    def poll(self, operation: Operation) -> VideoFile:
        """Raises StillAtWork and ProviderError."""
        from google.genai.types import GenerateVideosOperation

        with self._gate.resume(operation), open_client(self._account) as google:
            answer = _told(lambda: google.operations.get(GenerateVideosOperation(name=operation.name)))
            with convert_errors():
                if not answer.name:
                    raise make_bad_response(PROVIDER, "it says nothing of the clip")
                if answer.error:
                    raise _ended(answer.error)
                if not answer.done:
                    raise StillAtWork(f"{self.provider_id} is still at work on the clip")
                data = _film(answer.response or answer.result)
            with refuse_bad_media(PROVIDER):
                size = probe_size(data)
        provenance = Provenance(model=operation.model, request_id=operation.name)
        return VideoFile(data, *size, provider=str(ProviderId(PROVIDER, operation.model)), provenance=provenance)


def _is_large(width: int, height: int) -> bool:
    return min(width, height) > _LARGE


def _length(width: int, height: int, seconds: float) -> int:
    """Return the shortest length that the model makes and that is enough, in seconds."""
    if _is_large(width, height):
        return _SECONDS[-1]
    return next((length for length in _SECONDS if length >= seconds), _SECONDS[-1])


def _told(ask: Callable[[], Any]) -> Any:
    """A question that is not understood (HTTP 400, 404) is no end of the clip, so its money is not given back."""
    try:
        with convert_errors():
            return ask()
    except ProviderError as exc:
        if exc.fault in ("request", "gone"):
            raise make_bad_response(PROVIDER, f"it was asked for the clip and said: {exc}") from exc
        raise


def _film(response: Any) -> bytes:
    if response is None:
        raise make_bad_response(PROVIDER, "there is no clip in it")
    if response.rai_media_filtered_count:
        raise make_refusal(PROVIDER, "; ".join(response.rai_media_filtered_reasons or ()) or "the clip was held back")
    for made in response.generated_videos or ():
        if made.video and made.video.video_bytes:
            data: bytes = made.video.video_bytes
            return data
    raise make_bad_response(PROVIDER, "there is no clip in it")


def _ended(error: Any) -> ProviderError:
    """The operation is over without a clip, and only clips are charged for
    (cloud.google.com/vertex-ai/generative-ai/pricing)."""
    said = error if isinstance(error, dict) else {"message": str(error)}
    message = str(said.get("message") or said)
    if said.get("code") == _INVALID_ARGUMENT:
        return make_refusal(PROVIDER, message)
    return ProviderError(
        f"it could not make the clip: {message}", provider=PROVIDER, retryable=False, advice="retry the job later"
    )

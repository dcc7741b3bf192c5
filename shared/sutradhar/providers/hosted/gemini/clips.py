"""Make clips with Veo from a first frame. Google serves it on Vertex AI only: an API key is not enough."""

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
from sutradhar.providers.hosted.account import ProviderAccount
from sutradhar.providers.hosted.api_errors import make_bad_response, make_refusal, refuse_bad_media
from sutradhar.providers.hosted.gemini.client import PROVIDER, convert_errors, open_client
from sutradhar.providers.hosted.prompts import build_image_prompt
from sutradhar.providers.hosted.retries import call_with_retries
from sutradhar.providers.media.image_decode import find_media_type
from sutradhar.providers.media.video_probe import probe_size

_LENGTHS_SEC = (4, 6, 8)
"""The lengths of clips; in 1080p only the last (cloud.google.com/vertex-ai/generative-ai/docs/models/veo)."""
_MAX_720P_SIDE = 1000
"""Pixels of the video's shorter side; a clip of 720p looks blurred in a larger video."""
_INVALID_ARGUMENT = 3
"""The google.rpc.Code of an operation whose prompt or first frame is against the rules."""


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
        return Usage.exact(PROVIDER, self._model, {"seconds": float(_choose_length(width, height, seconds))})

    def start(
        self, prompt: str, style: str, width: int, height: int, seconds: float, seed: int, first_frame: bytes
    ) -> Operation:
        """Return the started operation. Raise ProviderError."""
        usage = self.usage(width, height, seconds)
        text = build_image_prompt(prompt, style)
        config: dict[str, Any] = {
            "number_of_videos": 1,
            "duration_seconds": _choose_length(width, height, seconds),
            "aspect_ratio": "9:16" if height > width else "16:9",
            "resolution": "1080p" if _is_large(width, height) else "720p",
            "generate_audio": False,
            "seed": seed,
        }
        source = {"prompt": text, "image": {"image_bytes": first_frame, "mime_type": find_media_type(first_frame)}}
        with self._gate.call(usage) as call, open_client(self._account) as google:

            def send() -> Any:
                with convert_errors():
                    return google.models.generate_videos(model=self._model, source=source, config=config)

            answer = call_with_retries(send)
            if not answer.name:
                raise make_bad_response(PROVIDER, f"it named no operation{f': {answer.error}' if answer.error else ''}")
            return call.mark_pending(answer.name)

    def poll(self, operation: Operation) -> VideoFile:
        """Return the clip. Raise StillAtWork if it is not finished, or ProviderError."""
        from google.genai.types import GenerateVideosOperation

        with self._gate.resume(operation), open_client(self._account) as google:
            answer = _ask(lambda: google.operations.get(GenerateVideosOperation(name=operation.name)))
            with convert_errors():
                if not answer.name:
                    raise make_bad_response(PROVIDER, "it says nothing of the clip")
                if answer.error:
                    raise _convert_operation_error(answer.error)
                if not answer.done:
                    raise StillAtWork(f"{self.provider_id} is still at work on the clip")
                data = _read_video(answer.response or answer.result)
            with refuse_bad_media(PROVIDER):
                size = probe_size(data)
        provenance = Provenance(model=operation.model, request_id=operation.name)
        return VideoFile(data, *size, provider=str(ProviderId(PROVIDER, operation.model)), provenance=provenance)


def _is_large(width: int, height: int) -> bool:
    return min(width, height) > _MAX_720P_SIDE


def _choose_length(width: int, height: int, seconds: float) -> int:
    """Return the shortest length that the model makes and that is enough, in seconds."""
    if _is_large(width, height):
        return _LENGTHS_SEC[-1]
    return next((length for length in _LENGTHS_SEC if length >= seconds), _LENGTHS_SEC[-1])


def _ask(ask: Callable[[], Any]) -> Any:
    """Return the answer about a clip. Raise ProviderError.

    A request that the provider does not understand (HTTP 400, 404) does not end the clip, so its price is not refunded.
    """
    try:
        with convert_errors():
            return ask()
    except ProviderError as exc:
        if exc.fault in ("request", "gone"):
            raise make_bad_response(PROVIDER, f"it was asked for the clip and said: {exc}") from exc
        raise


def _read_video(response: Any) -> bytes:
    """Return the video in the response. Raise ProviderError if there is none."""
    if response is None:
        raise make_bad_response(PROVIDER, "there is no clip in it")
    if response.rai_media_filtered_count:
        raise make_refusal(PROVIDER, "; ".join(response.rai_media_filtered_reasons or ()) or "the clip was held back")
    for generated in response.generated_videos or ():
        if generated.video and generated.video.video_bytes:
            data: bytes = generated.video.video_bytes
            return data
    raise make_bad_response(PROVIDER, "there is no clip in it")


def _convert_operation_error(error: Any) -> ProviderError:
    """Return the error of an operation that ended without a clip.

    Google charges for clips only (cloud.google.com/vertex-ai/generative-ai/pricing).
    """
    details = error if isinstance(error, dict) else {"message": str(error)}
    message = str(details.get("message") or details)
    if details.get("code") == _INVALID_ARGUMENT:
        return make_refusal(PROVIDER, message)
    return ProviderError(
        f"it could not make the clip: {message}", provider=PROVIDER, retryable=False, advice="retry the job later"
    )

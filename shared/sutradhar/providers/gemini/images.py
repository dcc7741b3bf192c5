"""Pictures by Gemini's image models. Google takes Imagen, and the call for it, out of service (the client says so)."""

from collections.abc import Sequence
from typing import Any

from sutradhar.domain.asset import Provenance
from sutradhar.ports.calls import CallGate
from sutradhar.ports.providers import Picture
from sutradhar.providers.gemini.client import PROVIDER, client, errors, refusal, used
from sutradhar.providers.picture_file import media_type, opened
from sutradhar.providers.vendor import Vendor, patiently, unusable

_ASPECTS = {(16, 9): "16:9", (9, 16): "9:16", (1, 1): "1:1"}
_IMAGE_TOKENS = 1290
"""Tokens of a picture, drawn or looked at (ai.google.dev/gemini-api/docs/pricing, 2.5 Flash Image); twice that for a
bound."""


class GeminiImages:
    def __init__(self, vendor: Vendor, gate: CallGate) -> None:
        self._vendor, self._gate = vendor, gate
        self._model = vendor.options.get("image_model", "gemini-2.5-flash-image")

    @property
    def name(self) -> str:
        return f"{PROVIDER}/{self._model}"

    @property
    def keeps_likeness(self) -> bool:
        return True

    def draw(
        self, prompt: str, style: str, width: int, height: int, seed: int,  # noqa: ARG002 - it has no seed
        likeness: Sequence[bytes] = (),
    ) -> Picture:  # fmt: skip
        """Raises ProviderError."""
        text = f"{prompt}\nStyle: {style}" if style else prompt
        aspect = _ASPECTS[min(_ASPECTS, key=lambda shape: abs(shape[0] / shape[1] - width / height))]
        looked = _IMAGE_TOKENS * len(likeness)
        most = {"input_tokens": len(text.encode()) + 2 * looked, "output_tokens": 2 * _IMAGE_TOKENS}
        likely = {"input_tokens": len(text) / 4 + looked, "output_tokens": _IMAGE_TOKENS}
        shown = [{"inline_data": {"data": data, "mime_type": media_type(data)}} for data in likeness]
        contents = [{"role": "user", "parts": [*shown, {"text": text}]}]
        with self._gate.call(PROVIDER, self._model, most, likely) as call, client(self._vendor) as google:

            def drawn() -> tuple[bytes, str]:
                with errors():
                    answer = google.models.generate_content(
                        model=self._model, contents=contents,
                        config={"response_modalities": ["IMAGE"], "image_config": {"aspect_ratio": aspect}},
                    )  # fmt: skip
                    if units := used(answer):
                        call.settle(units, answer.response_id or "")
                    return _inline(answer), answer.response_id or ""

            data, request_id = patiently(drawn)
            kind, size = opened(PROVIDER, data)
        provenance = Provenance(model=self._model, request_id=request_id, prompt=text)
        return Picture(data, kind, *size, provider=self.name, provenance=provenance)


def _inline(answer: Any) -> bytes:
    if refused := refusal(answer):
        raise refused
    for candidate in answer.candidates or ():
        for part in (candidate.content and candidate.content.parts) or ():
            if part.inline_data and part.inline_data.data:
                data: bytes = part.inline_data.data
                return data
    raise unusable(PROVIDER, "there is no picture in it")

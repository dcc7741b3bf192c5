"""Pictures by OpenAI's GPT Image models."""

import base64
from collections.abc import Sequence
from typing import Any, Literal

from sutradhar.domain.asset import Provenance
from sutradhar.ports.calls import CallGate
from sutradhar.ports.providers import Picture
from sutradhar.providers.openai.client import PROVIDER, client, errors
from sutradhar.providers.picture_file import media_type, opened
from sutradhar.providers.vendor import Vendor, patiently, unusable

Fidelity = Literal["low", "high"]
"""How closely it keeps to a picture that it goes by. High costs about as much again as the picture itself."""
_SIZES = {(3, 2): "1536x1024", (2, 3): "1024x1536", (1, 1): "1024x1024"}
_TOKENS = {
    "low": {"1024x1024": 272, "1536x1024": 400, "1024x1536": 408},
    "medium": {"1024x1024": 1056, "1536x1024": 1568, "1024x1536": 1584},
    "high": {"1024x1024": 4160, "1536x1024": 6208, "1024x1536": 6240},
}
"""Output tokens of one picture (platform.openai.com/docs/guides/images-vision#calculating-costs, GPT Image 1)."""
_SHOWN_TOKENS: dict[str, tuple[int, int]] = {"low": (800, 200), "high": (7500, 4400)}
"""Input tokens of one picture that is gone by, at most and of 1024 x 1024 (the same page: 65, 129 a tile, and in high
fidelity 4,160 to 6,240 more)."""
_LEAST, _USUAL = 1, 4
"""Characters a token, for a bound and for an estimate."""


class OpenAIImages:
    def __init__(self, vendor: Vendor, gate: CallGate) -> None:
        self._vendor, self._gate = vendor, gate
        self._model = vendor.options.get("image_model", "gpt-image-1")
        self._quality = vendor.options.get("image_quality", "medium")
        self._fidelity: Fidelity = "high" if vendor.options.get("image_fidelity") == "high" else "low"

    @property
    def name(self) -> str:
        return f"{PROVIDER}/{self._model}-{self._quality}"

    @property
    def keeps_likeness(self) -> bool:
        return True

    def draw(
        self, prompt: str, style: str, width: int, height: int, seed: int,  # noqa: ARG002 - it has no seed
        likeness: Sequence[bytes] = (),
    ) -> Picture:  # fmt: skip
        """Raises ProviderError."""
        size = _size(width, height)
        text = f"{prompt}\nStyle: {style}" if style else prompt
        most, likely = self._uses(text, size, len(likeness))
        wanted = {"model": self._model, "prompt": text, "size": size, "quality": self._quality, "output_format": "png"}
        shown = [(f"{i}.png", data, media_type(data)) for i, data in enumerate(likeness)]
        with self._gate.call(PROVIDER, self._model, most, likely) as call, client(self._vendor) as openai:

            def drawn() -> tuple[bytes, str]:
                with errors():
                    images = openai.images.with_raw_response
                    if shown:
                        raw = images.edit(**wanted, image=shown, input_fidelity=self._fidelity)
                    else:
                        raw = images.generate(**wanted)
                    answer, request_id = raw.parse(), raw.headers.get("x-request-id", "")
                    if usage := getattr(answer, "usage", None):
                        call.settle(_used(usage), request_id)
                    if not getattr(answer, "data", None) or not answer.data[0].b64_json:
                        raise unusable(PROVIDER, "there is no picture in it")
                    return base64.b64decode(answer.data[0].b64_json, validate=True), request_id

            data, request_id = patiently(drawn)
            kind, found = opened(PROVIDER, data)
        return Picture(
            data, kind, *found, provider=self.name,
            provenance=Provenance(model=self._model, request_id=request_id, prompt=text),
        )  # fmt: skip

    def _uses(self, text: str, size: str, shown: int) -> tuple[dict[str, float], dict[str, float]]:
        """The most, and what is likely."""
        output = _TOKENS.get(self._quality, _TOKENS["high"])[size]
        looked = _SHOWN_TOKENS[self._fidelity]
        return tuple(  # type: ignore[return-value]
            {"input_tokens": 50 + len(text) / characters, "output_tokens": output}
            | ({"input_image_tokens": tokens * shown} if shown else {})
            for characters, tokens in zip((_LEAST, _USUAL), looked, strict=True)
        )


def _used(usage: Any) -> dict[str, float]:
    """Pictures that are looked at have a price of their own."""
    used = {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens}
    details = getattr(usage, "input_tokens_details", None)
    if details and details.image_tokens:
        used |= {"input_tokens": details.text_tokens, "input_image_tokens": details.image_tokens}
    return used


def _size(width: int, height: int) -> str:
    """The size of the nearest shape; the film cuts what stands over."""
    nearest = min(_SIZES, key=lambda shape: abs(shape[0] / shape[1] - width / height))
    return _SIZES[nearest]

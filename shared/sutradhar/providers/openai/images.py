"""Pictures by OpenAI's GPT Image models."""

import base64

from sutradhar.domain.asset import Provenance
from sutradhar.ports.calls import CallGate
from sutradhar.ports.providers import Picture
from sutradhar.providers.openai.client import PROVIDER, client, errors
from sutradhar.providers.picture_file import opened
from sutradhar.providers.vendor import Vendor, patiently, unusable

_SIZES = {(3, 2): "1536x1024", (2, 3): "1024x1536", (1, 1): "1024x1024"}
_TOKENS = {
    "low": {"1024x1024": 272, "1536x1024": 400, "1024x1536": 408},
    "medium": {"1024x1024": 1056, "1536x1024": 1568, "1024x1536": 1584},
    "high": {"1024x1024": 4160, "1536x1024": 6208, "1024x1536": 6240},
}
"""Output tokens of one picture (platform.openai.com/docs/guides/images-vision#calculating-costs, GPT Image 1)."""
_LEAST, _USUAL = 1, 4
"""Characters a token, for a bound and for an estimate."""


class OpenAIImages:
    def __init__(self, vendor: Vendor, gate: CallGate) -> None:
        self._vendor, self._gate = vendor, gate
        self._model = vendor.options.get("image_model", "gpt-image-1")
        self._quality = vendor.options.get("image_quality", "medium")

    @property
    def name(self) -> str:
        return f"{PROVIDER}/{self._model}-{self._quality}"

    def draw(self, prompt: str, style: str, width: int, height: int, seed: int) -> Picture:  # noqa: ARG002 - it has no seed
        """Raises ProviderError."""
        size = _size(width, height)
        text = f"{prompt}\nStyle: {style}" if style else prompt
        output = _TOKENS.get(self._quality, _TOKENS["high"])[size]
        most, likely = (
            {"input_tokens": 50 + len(text) / characters, "output_tokens": output} for characters in (_LEAST, _USUAL)
        )
        with self._gate.call(PROVIDER, self._model, most, likely) as call, client(self._vendor) as openai:

            def drawn() -> tuple[bytes, str]:
                with errors():
                    raw = openai.images.with_raw_response.generate(
                        model=self._model, prompt=text, size=size, quality=self._quality, n=1, output_format="png"
                    )
                    answer, request_id = raw.parse(), raw.headers.get("x-request-id", "")
                    if usage := getattr(answer, "usage", None):
                        used = {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens}
                        call.settle(used, request_id)
                    if not getattr(answer, "data", None) or not answer.data[0].b64_json:
                        raise unusable(PROVIDER, "there is no picture in it")
                    return base64.b64decode(answer.data[0].b64_json, validate=True), request_id

            data, request_id = patiently(drawn)
            media_type, found = opened(PROVIDER, data)
        return Picture(
            data, media_type, *found, provider=self.name,
            provenance=Provenance(model=self._model, request_id=request_id, prompt=text),
        )  # fmt: skip


def _size(width: int, height: int) -> str:
    """The size of the nearest shape; the film cuts what stands over."""
    nearest = min(_SIZES, key=lambda shape: abs(shape[0] / shape[1] - width / height))
    return _SIZES[nearest]

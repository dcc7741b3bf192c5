"""Draw images with Gemini's image models. Google shuts down Imagen and its call, as its own client warns."""

from collections.abc import Sequence
from math import sqrt
from typing import Any

from sutradhar.domain.assets.asset import Provenance
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.billing.usage import Usage
from sutradhar.ports.call_gate import CallGate
from sutradhar.ports.providers import ImageCapabilities, ImageFile
from sutradhar.provider_table import find_offer
from sutradhar.providers.hosted.account import ProviderAccount
from sutradhar.providers.hosted.api_errors import make_bad_response, refuse_bad_media
from sutradhar.providers.hosted.gemini.client import PROVIDER, convert_errors, find_refusal, open_client, read_usage
from sutradhar.providers.hosted.prompts import build_image_prompt
from sutradhar.providers.hosted.retries import call_with_retries
from sutradhar.providers.media.image_decode import find_media_type, inspect_image

_ASPECTS = {(16, 9): "16:9", (9, 16): "9:16", (1, 1): "1:1"}
_MODELS_OF_ONE_SIZE = ("gemini-2",)
"""Beginnings of the names of models that draw about 1 megapixel only."""
_OUTPUT_TOKENS = {"1K": 1120, "2K": 1680, "4K": 2520}
"""Output tokens of an image by its size (docs.cloud.google.com, models/gemini/3-1-flash-image); the bound is twice
that."""
_LONGER_SIDE = {"1K": 1376, "2K": 2752}
"""Pixels on the longer side of a 16:9 image (the same page); a video that needs more gets the next size."""
_MIN_SHARPNESS = 0.85
"""An image with this share of the video's pixels in a row looks as sharp, and costs a third less."""
_REFERENCE_TOKENS = 1290
"""Input tokens of a reference image: the maximum of the models 2.5 and 3.1."""


class GeminiImages:
    def __init__(self, account: ProviderAccount, gate: CallGate) -> None:
        self._account, self._gate = account, gate
        self._model = account.options.get("image_model", find_offer(PROVIDER, "image").default)

    @property
    def provider_id(self) -> ProviderId:
        return ProviderId(PROVIDER, self._model)

    @property
    def capabilities(self) -> ImageCapabilities:
        return ImageCapabilities(reference_images=True)

    def usage(self, prompt: str, style: str, width: int, height: int, reference_count: int = 0) -> Usage:
        text, image_config = build_image_prompt(prompt, style), self._image_config(width, height)
        output_tokens = (
            _OUTPUT_TOKENS[image_config["image_size"]] if "image_size" in image_config else _REFERENCE_TOKENS
        )
        reference_tokens = _REFERENCE_TOKENS * reference_count
        return Usage(
            PROVIDER,
            self._model,
            max={"input_tokens": len(text.encode()) + 2 * reference_tokens, "output_tokens": 2 * output_tokens},
            expected={"input_tokens": len(text) / 4 + reference_tokens, "output_tokens": output_tokens},
        )

    def draw(
        self,
        prompt: str,
        style: str,
        width: int,
        height: int,
        seed: int,  # noqa: ARG002 - the API has no seed
        reference_images: Sequence[bytes] = (),
    ) -> ImageFile:
        """Return the image of ``prompt``. Raise ProviderError."""
        text, image_config = build_image_prompt(prompt, style), self._image_config(width, height)
        usage = self.usage(prompt, style, width, height, len(reference_images))
        references = [{"inline_data": {"data": data, "mime_type": find_media_type(data)}} for data in reference_images]
        contents = [{"role": "user", "parts": [*references, {"text": text}]}]
        with self._gate.call(usage) as call, open_client(self._account) as google:

            def send() -> tuple[bytes, str]:
                with convert_errors():
                    answer = google.models.generate_content(
                        model=self._model,
                        contents=contents,
                        config={"response_modalities": ["IMAGE"], "image_config": image_config},
                    )
                    if units := read_usage(answer):
                        call.settle(units, answer.response_id or "")
                    return _read_image(answer), answer.response_id or ""

            data, request_id = call_with_retries(send)
            with refuse_bad_media(PROVIDER):
                kind, size = inspect_image(data)
        provenance = Provenance(model=self._model, request_id=request_id, prompt=text)
        return ImageFile(data, kind, *size, provider=str(self.provider_id), provenance=provenance)

    def _image_config(self, width: int, height: int) -> dict[str, str]:
        """Return the aspect ratio, and the size for a model that draws several."""
        aspect = _ASPECTS[min(_ASPECTS, key=lambda shape: abs(shape[0] / shape[1] - width / height))]
        has_sizes = not self._model.startswith(_MODELS_OF_ONE_SIZE)
        return {"aspect_ratio": aspect, **({"image_size": choose_image_size(width, height)} if has_sizes else {})}


def choose_image_size(width: int, height: int) -> str:
    """Return the smallest size that is sharp enough for a video of ``width`` x ``height``."""
    side = sqrt(width * height * 16 / 9)  # the longer side of a 16:9 image with as many pixels
    return next((name for name, longer in _LONGER_SIDE.items() if longer >= _MIN_SHARPNESS * side), "4K")


def _read_image(answer: Any) -> bytes:
    """Return the image in the answer. Raise ProviderError for a refusal, and if there is no image."""
    if refusal := find_refusal(answer):
        raise refusal
    for candidate in answer.candidates or ():
        for part in (candidate.content and candidate.content.parts) or ():
            if part.inline_data and part.inline_data.data:
                data: bytes = part.inline_data.data
                return data
    raise make_bad_response(PROVIDER, "there is no image in it")

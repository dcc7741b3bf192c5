"""Draw images with OpenAI's GPT Image models."""

import base64
from collections.abc import Sequence
from math import sqrt
from typing import Any, Literal

from sutradhar.domain.assets.asset import Provenance
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.billing.usage import Usage
from sutradhar.ports.call_gate import CallGate
from sutradhar.ports.providers import ImageCapabilities, ImageFile
from sutradhar.provider_table import find_offer
from sutradhar.providers.hosted.account import ProviderAccount
from sutradhar.providers.hosted.api_errors import make_bad_response, refuse_bad_media
from sutradhar.providers.hosted.openai.client import PROVIDER, convert_errors, open_client
from sutradhar.providers.hosted.prompts import build_image_prompt
from sutradhar.providers.hosted.retries import call_with_retries
from sutradhar.providers.media.image_decode import find_media_type, inspect_image

Fidelity = Literal["low", "high"]
"""The closeness to a reference image. ``high`` costs about as much again as the image itself."""
_MODELS_BEFORE_2 = ("gpt-image-1", "chatgpt-image-latest")
"""Beginnings of the names of models that have only three sizes and accept ``input_fidelity``. Models from 2 on accept
every size in multiples of 16, always follow reference images closely, and refuse ``input_fidelity`` (openai 3.54.0,
types/image_edit_params.py)."""
_SIZES = {(3, 2): (1536, 1024), (2, 3): (1024, 1536), (1, 1): (1024, 1024)}
_FACTOR, _MAX_SIDE, _MAX_PIXELS, _MIN_PIXELS, _MAX_ASPECT = 16, 3840, 3840 * 2160, 1024 * 1024, 3.0
"""Limits of the sizes that models from 2 on accept. The least is our own choice: smaller images are hardly cheaper."""
_TOKENS = {
    "low": {(1024, 1024): 272, (1536, 1024): 400, (1024, 1536): 408},
    "medium": {(1024, 1024): 1056, (1536, 1024): 1568, (1024, 1536): 1584},
    "high": {(1024, 1024): 4160, (1536, 1024): 6208, (1024, 1536): 6240},
}
"""Output tokens of one image (platform.openai.com/docs/guides/images-vision#calculating-costs, GPT Image 1)."""
_SQUARE_TOKENS = {"low": 200, "medium": 1770, "high": 7040, "xhigh": 14_080, "max": 28_160}
"""Output tokens of 1024 x 1024 by models from 2 on: price per image divided by price per token (robotsatlas.com,
chatgpt-images-2-0, a secondary source); the last two are guesses. By resellers' price lists an image of four times the
area costs about twice as much; the bound is four times."""
_REFERENCE_TOKENS: dict[str, tuple[int, int]] = {"low": (800, 200), "high": (7500, 4400)}
"""Input tokens of one reference image: the maximum, and those of 1024 x 1024 (the same page: 65, 129 a tile, and in
high fidelity 4,160 to 6,240 more)."""
_MIN_TOKEN_CHARACTERS, _EXPECTED_TOKEN_CHARACTERS = 1, 4
"""Characters a token, for a bound and for an estimate."""


class OpenAIImages:
    def __init__(self, account: ProviderAccount, gate: CallGate) -> None:
        self._account, self._gate = account, gate
        self._model = account.options.get("image_model", find_offer(PROVIDER, "image").default)
        self._quality = account.options.get("image_quality", "medium")
        self._is_before_2 = self._model.startswith(_MODELS_BEFORE_2)
        chosen: Fidelity = "high" if account.options.get("image_fidelity") == "high" else "low"
        self._fidelity: Fidelity = chosen if self._is_before_2 else "high"

    @property
    def provider_id(self) -> ProviderId:
        return ProviderId(PROVIDER, f"{self._model}-{self._quality}")

    @property
    def capabilities(self) -> ImageCapabilities:
        return ImageCapabilities(reference_images=True)

    def usage(self, prompt: str, style: str, width: int, height: int, reference_count: int = 0) -> Usage:
        text, reference_tokens = build_image_prompt(prompt, style), _REFERENCE_TOKENS[self._fidelity]
        max_usage, expected = (
            {"input_tokens": 50 + len(text) / characters, "output_tokens": output}
            | ({"input_image_tokens": tokens * reference_count} if reference_count else {})
            for characters, tokens, output in zip(
                (_MIN_TOKEN_CHARACTERS, _EXPECTED_TOKEN_CHARACTERS),
                reference_tokens,
                self._output_tokens(self._size(width, height)),
                strict=True,
            )
        )
        return Usage(PROVIDER, self._model, max=max_usage, expected=expected)

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
        size, text = self._size(width, height), build_image_prompt(prompt, style)
        usage = self.usage(prompt, style, width, height, len(reference_images))
        parameters: dict[str, Any] = {
            "model": self._model,
            "prompt": text,
            "size": f"{size[0]}x{size[1]}",
            "quality": self._quality,
            "output_format": "png",
        }
        references = [(f"{i}.png", data, find_media_type(data)) for i, data in enumerate(reference_images)]
        fidelity = {"input_fidelity": self._fidelity} if self._is_before_2 else {}
        with self._gate.call(usage) as call, open_client(self._account) as openai:

            def send() -> tuple[bytes, str]:
                with convert_errors():
                    images = openai.images.with_raw_response
                    raw = (
                        images.edit(**parameters, image=references, **fidelity)
                        if references
                        else images.generate(**parameters)
                    )
                    answer, request_id = raw.parse(), raw.headers.get("x-request-id", "")
                    if reported := getattr(answer, "usage", None):
                        call.settle(_read_usage(reported), request_id)
                    if not getattr(answer, "data", None) or not answer.data[0].b64_json:
                        raise make_bad_response(PROVIDER, "there is no image in it")
                    return base64.b64decode(answer.data[0].b64_json, validate=True), request_id

            data, request_id = call_with_retries(send)
            with refuse_bad_media(PROVIDER):
                kind, image_size = inspect_image(data)
        return ImageFile(
            data,
            kind,
            *image_size,
            provider=str(self.provider_id),
            provenance=Provenance(model=self._model, request_id=request_id, prompt=text),
        )

    def _size(self, width: int, height: int) -> tuple[int, int]:
        return choose_nearest_size(width, height) if self._is_before_2 else fit_size(width, height)

    def _output_tokens(self, size: tuple[int, int]) -> tuple[float, float]:
        """Return the output tokens of one image: the maximum, and the expected number."""
        if self._is_before_2:
            tokens = _TOKENS.get(self._quality, _TOKENS["high"])[size]
            return tokens, tokens
        square = _SQUARE_TOKENS.get(self._quality, _SQUARE_TOKENS["high"])
        area = size[0] * size[1] / 1024**2
        return square * max(area, 1.0), square * max(sqrt(area), 1.0)


def _read_usage(usage: Any) -> dict[str, float]:
    """Return the usage of a call; reference images have a separate price."""
    units = {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens}
    details = getattr(usage, "input_tokens_details", None)
    if details and details.image_tokens:
        units |= {"input_tokens": details.text_tokens, "input_image_tokens": details.image_tokens}
    return units


def choose_nearest_size(width: int, height: int) -> tuple[int, int]:
    """Return the size with the nearest shape; the video crops the rest."""
    return _SIZES[min(_SIZES, key=lambda shape: abs(shape[0] / shape[1] - width / height))]


def fit_size(width: int, height: int) -> tuple[int, int]:
    """Return the video's own size in multiples of 16, reduced or enlarged in its shape to the model's limits."""
    aspect = min(max(width / height, 1 / _MAX_ASPECT), _MAX_ASPECT)
    pixels = min(max(width * height, _MIN_PIXELS), _MAX_PIXELS, _MAX_SIDE**2 / max(aspect, 1 / aspect))
    across = sqrt(pixels * aspect)
    size = (_FACTOR * round(across / _FACTOR), _FACTOR * round(across / aspect / _FACTOR))
    # rounding up must stay within the limits
    while size[0] * size[1] > _MAX_PIXELS or max(size) > _MAX_SIDE or max(size) > _MAX_ASPECT * min(size):
        size = (size[0] - _FACTOR, size[1]) if size[0] >= size[1] else (size[0], size[1] - _FACTOR)
    return size

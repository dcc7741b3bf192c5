"""Call each provider with its own client, without our adapters; only the base URL differs from the real one.

The adapters have to understand the errors that these clients raise. ``python -m tests.providers.clients`` prints the
error for each fault.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from elevenlabs import ElevenLabs
from elevenlabs.core.request_options import RequestOptions
from google.api_core.client_options import ClientOptions
from google.cloud import texttospeech_v1beta1 as tts
from google.genai import Client, types
from google.oauth2.credentials import Credentials
from openai import OpenAI

from tests.providers.billing_harness import STUB_ANSWERS
from tests.providers.google_media_stub import make_video_id
from tests.providers.server import FAULTS, KEY, OK, ProviderStub

ONCE = RequestOptions(max_retries=0)
VEO, OMNI, IMAGEN = "veo-3.1-generate-001", "gemini-omni-1.2-flash", "imagen-4.0-generate-001"
VIDEO_ID = make_video_id((1280, 720), 4)
SCRIPT = "Topic: A river. Length: 30 s in 3 scenes, about 69 words"
SCHEMA = {
    "type": "object",
    "properties": {"title": {"type": "string"}},
    "required": ["title"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Clients:
    """Create the clients of the stub's providers; one request may take ``timeout_sec`` at most."""

    stub: ProviderStub
    key: str = KEY
    timeout_sec: float = 5.0

    def openai(self) -> OpenAI:
        return OpenAI(
            api_key=self.key, base_url=f"{self.stub.url('openai')}/v1", timeout=self.timeout_sec, max_retries=0
        )

    @contextmanager
    def elevenlabs(self) -> Iterator[ElevenLabs]:
        # it cannot be closed itself, the connections below it can; its own time-out outranks theirs
        with self.http() as http:
            url = self.stub.url("elevenlabs")
            yield ElevenLabs(api_key=self.key, base_url=url, timeout=self.timeout_sec, httpx_client=http)

    def gemini(self) -> Client:
        return Client(api_key=self.key, http_options=self._google())

    def vertex(self) -> Client:
        return Client(
            vertexai=True, project="p", location="l", credentials=Credentials(self.key), http_options=self._google()
        )

    def http(self) -> httpx.Client:
        return httpx.Client(timeout=self.timeout_sec, follow_redirects=True)

    def _google(self) -> types.HttpOptions:
        # interactions are sent up to five times unless told not to be; all else of this client is sent once
        once = types.HttpRetryOptions(attempts=1)
        url, milliseconds = self.stub.url("gemini"), round(self.timeout_sec * 1000)
        return types.HttpOptions(base_url=url, timeout=milliseconds, retry_options=once)


def respond(c: Clients) -> Any:
    form: Any = {"format": {"type": "json_schema", "name": "film", "schema": SCHEMA, "strict": True}}
    with c.openai() as openai:
        return openai.responses.create(model="gpt-5-mini", input=SCRIPT, text=form, max_output_tokens=4000)


def draw(c: Clients) -> Any:
    with c.openai() as openai:
        return openai.images.generate(model="gpt-image-1", prompt="a river", size="1536x1024", quality="medium", n=1)


def redraw(c: Clients) -> Any:
    image = ("mira.png", b"\x89PNG", "image/png")
    with c.openai() as openai:
        return openai.images.edit(
            model="gpt-image-1", image=[image], prompt="Mira by a river", size="1024x1536", input_fidelity="high"
        )


def speak(c: Clients) -> bytes:
    with c.openai() as openai:
        response = openai.audio.speech.create(model="gpt-4o-mini-tts", voice="coral", input="Hi", response_format="wav")
        return response.read()


def say(c: Clients) -> Any:
    with c.elevenlabs() as elevenlabs:
        return elevenlabs.text_to_speech.convert_with_timestamps(
            "voice-1",
            text="A river runs",
            model_id="eleven_multilingual_v2",
            output_format="mp3_44100_128",
            seed=1,
            request_options=ONCE,
        )


def make_sound_effect(c: Clients) -> bytes:
    with c.elevenlabs() as elevenlabs:
        parts = elevenlabs.text_to_sound_effects.convert(
            text="rain on a roof",
            duration_seconds=3,
            prompt_influence=0.5,
            output_format="mp3_44100_128",
            model_id="eleven_text_to_sound_v2",
            request_options=ONCE,
        )
        return b"".join(parts)


def compose(c: Clients) -> bytes:
    with c.elevenlabs() as elevenlabs:
        parts = elevenlabs.music.compose(
            prompt="calm sitar",
            music_length_ms=10_000,
            model_id="music_v1",
            output_format="mp3_44100_128",
            force_instrumental=True,
            request_options=ONCE,
        )
        return b"".join(parts)


def subscription(c: Clients) -> Any:
    with c.elevenlabs() as elevenlabs:
        return elevenlabs.user.subscription.get(request_options=ONCE)


def generate(c: Clients) -> Any:
    config = types.GenerateContentConfig(
        response_mime_type="application/json", response_schema={"type": "OBJECT"}, max_output_tokens=4000
    )
    with c.gemini() as google:
        return google.models.generate_content(model="gemini-2.5-flash", contents=SCRIPT, config=config)


def generate_on_vertex(c: Clients) -> Any:
    with c.vertex() as google:
        return google.models.generate_content(model="gemini-2.5-flash", contents=SCRIPT)


def imagen(c: Clients) -> Any:
    config = types.GenerateImagesConfig(
        aspect_ratio="16:9", number_of_images=1, include_rai_reason=True, output_mime_type="image/png"
    )
    with c.vertex() as google, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is to go in 2027
        return google.models.generate_images(model=IMAGEN, prompt="a river", config=config)


def veo(c: Clients, **changes: Any) -> types.GenerateVideosOperation:
    source = types.GenerateVideosSource(
        prompt="a river", image=types.Image(image_bytes=b"\x89PNG", mime_type="image/png")
    )
    config = types.GenerateVideosConfig(
        number_of_videos=1, duration_seconds=4, aspect_ratio="16:9", resolution="720p", generate_audio=False, seed=7
    )
    with c.vertex() as google:
        return google.models.generate_videos(model=VEO, source=source, config=config.model_copy(update=changes))


def veo_again(c: Clients) -> types.GenerateVideosOperation:
    """Poll the operation by its name, which is all that our adapter stores of it."""
    return veo_named(c, f"projects/p/locations/l/publishers/google/models/{VEO}/operations/{VIDEO_ID}")


def veo_named(c: Clients, name: str) -> types.GenerateVideosOperation:
    with c.vertex() as google:
        return google.operations.get(types.GenerateVideosOperation(name=name))


def omni(c: Clients) -> Any:
    form: Any = {
        "type": "video",
        "aspect_ratio": "9:16",
        "delivery": "uri",
        "duration": "4s",
        "resolution": "720p",
    }
    prompt: Any = [{"type": "text", "text": "a river"}, {"type": "image", "data": "aGk=", "mime_type": "image/png"}]
    with c.gemini() as google:
        return google.interactions.create(
            model=OMNI, input=prompt, response_format=form, background=True, timeout=c.timeout_sec
        )


def omni_again(c: Clients) -> Any:
    with c.gemini() as google:
        return google.interactions.get(id=VIDEO_ID)


def download(c: Clients) -> bytes:
    uri = f"https://generativelanguage.googleapis.com/v1/files/{VIDEO_ID}:download?alt=media"
    with c.gemini() as google:
        video: bytes = google.files.download(file=types.Video(uri=uri))
        return video


def google_speech(c: Clients) -> tts.SynthesizeSpeechResponse:
    request = tts.SynthesizeSpeechRequest(
        input=tts.SynthesisInput(ssml='<speak><mark name="0"/>A <mark name="1"/>river</speak>'),
        voice=tts.VoiceSelectionParams(language_code="en-IN", name="en-IN-Wavenet-D"),
        audio_config=tts.AudioConfig(audio_encoding=tts.AudioEncoding.LINEAR16, sample_rate_hertz=24_000),
        enable_time_pointing=[tts.SynthesizeSpeechRequest.TimepointType.SSML_MARK],
    )
    options = ClientOptions(api_endpoint=c.stub.url("googletts"), api_key=c.key)
    with tts.TextToSpeechClient(transport="rest", client_options=options) as google:
        return google.synthesize_speech(request, timeout=c.timeout_sec, retry=None)


def pexels(c: Clients) -> Any:
    return _get_json(c, "pexels", "/videos/search", {"query": "river", "per_page": "5"}, {"Authorization": c.key})


def pixabay(c: Clients) -> Any:
    return _get_json(c, "pixabay", "/api/videos/", {"q": "river", "per_page": "5", "key": c.key}, {})


def freesound(c: Clients) -> Any:
    query = {"query": "river", "fields": "id,name,license,username,duration,url,previews", "page_size": "5"}
    return _get_json(c, "freesound", "/apiv2/search/text/", query, {"Authorization": f"Token {c.key}"})


def _get_json(c: Clients, provider: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Any:
    with c.http() as http:
        response = http.get(f"{c.stub.url(provider)}{path}", params=dict(query), headers=dict(headers))
        return response.raise_for_status().json()


CALLS: Mapping[str, tuple[str, Callable[[Clients], Any]]] = {
    "openai responses": ("openai", respond),
    "openai image": ("openai", draw),
    "openai image edit": ("openai", redraw),
    "openai speech": ("openai", speak),
    "elevenlabs speech": ("elevenlabs", say),
    "elevenlabs sound": ("elevenlabs", make_sound_effect),
    "elevenlabs music": ("elevenlabs", compose),
    "elevenlabs subscription": ("elevenlabs", subscription),
    "gemini text": ("gemini", generate),
    "gemini text on vertex": ("gemini", generate_on_vertex),
    "imagen": ("gemini", imagen),
    "veo": ("gemini", veo),
    "veo, asked again": ("gemini", veo_again),
    "omni": ("gemini", omni),
    "omni, asked again": ("gemini", omni_again),
    "omni, download": ("gemini", download),
    "google speech": ("googletts", google_speech),
    "pexels": ("pexels", pexels),
    "pixabay": ("pixabay", pixabay),
    "freesound": ("freesound", freesound),
}


def outcome(stub: ProviderStub, name: str, fault: str) -> str:
    """Describe the error that the call ``name`` raises for ``fault``; return ``answered`` if it raises none."""
    provider, call = CALLS[name]
    stub.script(provider, fault)
    try:
        call(Clients(stub, timeout_sec=0.6))
    except Exception as exc:
        return describe_error(exc)
    return "answered"


def describe_error(exc: Exception) -> str:
    """Return the class, status and code of the error, each with the name of the attribute that holds it."""
    kind = type(exc)
    parts = [f"{kind.__module__.split('.')[0]}.{kind.__name__}"]
    for field in ("status_code", "code", "status", "type"):
        value = getattr(exc, field, None)
        if isinstance(value, int | str):
            parts.append(f"{field}={value}")
    response = getattr(exc, "response", None)
    headers = getattr(exc, "headers", None) or getattr(response, "headers", None) or {}
    if response is not None and "status_code" not in " ".join(parts):
        parts.append(f"response.status_code={response.status_code}")
    if wait := {name.lower(): value for name, value in dict(headers).items()}.get("retry-after"):
        parts.append(f"retry-after={wait}")
    body = getattr(exc, "body", None)
    detail = body.get("detail") if isinstance(body, dict) else None
    if isinstance(detail, dict):
        parts.append(f"body.detail.status={detail.get('status')}")
    return " ".join(parts)


def main() -> None:
    with ProviderStub(STUB_ANSWERS) as stub:
        for name in CALLS:
            for fault in (OK, *FAULTS):
                print(f"{name}\t{fault}\t{outcome(stub, name, fault)}", flush=True)


if __name__ == "__main__":
    main()

"""The providers' own clients return from the stubs what their references promise, for every call that we make."""

import base64
import hashlib
import io
from collections.abc import Iterator
from typing import Any

import pytest
import soundfile
from google.genai import Client, types
from google.genai._gaos.lib.compat_errors import APIError
from PIL import Image

from sutradhar.providers.media.video_probe import probe_size
from tests.providers import clients
from tests.providers.billing_harness import STUB_ANSWERS
from tests.providers.clients import CALLS, Clients
from tests.providers.server import KEY, OK, ProviderStub


@pytest.fixture
def stub() -> Iterator[ProviderStub]:
    with ProviderStub(STUB_ANSWERS) as up:
        yield up


@pytest.fixture
def sdks(stub: ProviderStub) -> Clients:
    return Clients(stub)


def size(png: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(png)) as image:
        image.load()
        return image.size


def seconds(audio: bytes) -> float:
    samples, rate = soundfile.read(io.BytesIO(audio))
    return float(len(samples) / rate)


def test_openai_returns_text_images_and_speech_with_their_usage(sdks: Clients) -> None:
    answer = clients.respond(sdks)
    assert '"title"' in answer.output_text
    assert answer.usage.output_tokens > 0
    drawn = clients.draw(sdks)
    assert (size(base64.b64decode(drawn.data[0].b64_json)), drawn.usage.output_tokens) == ((1536, 1024), 1568)
    redrawn = clients.redraw(sdks)
    assert size(base64.b64decode(redrawn.data[0].b64_json)) == (1024, 1536)
    assert redrawn.usage.input_tokens_details.image_tokens > 0
    assert clients.speak(sdks).startswith(b"RIFF")


def test_elevenlabs_returns_timed_speech_effects_music_and_quota(sdks: Clients, stub: ProviderStub) -> None:
    answer = clients.say(sdks)
    assert "".join(answer.alignment.characters) == "A river runs"
    length = seconds(base64.b64decode(answer.audio_base_64))
    assert 0 <= answer.alignment.character_start_times_seconds[-1] < length
    # the encoder pads to whole frames
    assert seconds(clients.make_sound_effect(sdks)) == pytest.approx(3, abs=0.1)
    assert seconds(clients.compose(sdks)) == pytest.approx(10, abs=0.1)
    left = clients.subscription(sdks)
    assert (left.character_count, left.character_limit) == (1000, 100_000)
    assert len(stub.list_billed("elevenlabs")) == 3


def test_gemini_and_imagen_return_text_and_images(sdks: Clients) -> None:
    assert clients.generate(sdks).usage_metadata.candidates_token_count > 0
    assert clients.generate_on_vertex(sdks).text
    (drawn,) = clients.imagen(sdks).generated_images
    assert (size(drawn.image.image_bytes), drawn.image.mime_type) == ((1408, 768), "image/png")


def test_imagen_names_the_reason_for_a_filtered_image(sdks: Clients, stub: ProviderStub) -> None:
    stub.script("gemini", "refusal")
    (filtered,) = clients.imagen(sdks).generated_images
    assert (filtered.image.image_bytes, "Unable to show" in filtered.rai_filtered_reason) == (None, True)
    assert stub.list_billed("gemini") == []


def test_veo_is_polled_by_name_until_its_video_is_ready(sdks: Clients, stub: ProviderStub) -> None:
    operation = clients.veo(sdks)
    assert not operation.done
    stub.script("gemini", "pending", "pending")
    waits = 0
    while not (operation_now := clients.veo_named(sdks, operation.name or "")).done:
        waits += 1
    assert (waits, operation_now.error) == (2, None)
    assert operation_now.response
    assert operation_now.response.generated_videos
    video = operation_now.response.generated_videos[0].video
    assert video
    assert probe_size(video.video_bytes or b"") == (1280, 720)
    assert [call.path.rpartition(":")[2] for call in stub.list_billed("gemini")] == ["predictLongRunning"]
    sent = stub.calls("gemini")[0].body
    assert sent["instances"][0]["image"]["mimeType"] == "image/png"
    assert (sent["parameters"]["durationSeconds"], sent["parameters"]["seed"]) == (4, 7)


def test_veo_reports_its_filter_in_two_ways_without_an_exception(sdks: Clients, stub: ProviderStub) -> None:
    stub.script("gemini", "refusal")
    operation_now = clients.veo_named(sdks, clients.veo(sdks).name or "")
    assert operation_now.done
    assert operation_now.response
    assert (operation_now.response.generated_videos, operation_now.response.rai_media_filtered_count) == (None, 1)
    operation = clients.veo(sdks)
    stub.script("gemini", "refusal")
    operation_now = clients.veo_named(sdks, operation.name or "")
    assert operation_now.error
    assert (operation_now.done, operation_now.response, operation_now.error["code"]) == (True, None, 3)


def test_an_error_body_in_place_of_a_video_leaves_the_operation_open(sdks: Clients, stub: ProviderStub) -> None:
    stub.script("gemini", "error body")
    operation_now = clients.veo_again(sdks)
    assert (operation_now.done, operation_now.name, bool(operation_now.error)) == (None, None, True)


def test_veo_needs_more_than_an_api_key(sdks: Clients, stub: ProviderStub) -> None:
    source = types.GenerateVideosSource(prompt="a river")
    with sdks.gemini() as google, pytest.raises(ValueError, match="only supported in Gemini Enterprise"):
        google.models.generate_videos(model=clients.VEO, source=source)
    assert stub.calls("gemini") == []


def test_omni_is_polled_by_its_id_and_its_video_is_downloaded(sdks: Clients, stub: ProviderStub) -> None:
    operation = clients.omni(sdks)
    assert operation.status == "in_progress"
    stub.script("gemini", "pending")
    assert [clients.omni_again(sdks).status for _ in range(2)] == ["in_progress", "completed"]
    with sdks.gemini() as google:
        done = google.interactions.get(id=operation.id)
        video = google.files.download(file=types.Video(uri=done.output_video.uri))
    assert probe_size(video) == (720, 1280)
    assert done.usage.total_output_tokens == 4 * 5792
    assert len(stub.list_billed("gemini")) == 1


def test_omni_reports_its_filter_in_its_status(sdks: Clients, stub: ProviderStub) -> None:
    stub.script("gemini", OK, "refusal")
    clients.omni(sdks)
    filtered = clients.omni_again(sdks)
    assert (filtered.status, filtered.output_video, filtered.errors[0].code) == ("failed", None, "content_filtered")


@pytest.mark.parametrize(("fault", "requests"), [("429", 5), ("503", 5), ("timeout", 1), ("cut", 1)])
def test_the_omni_client_retries_unless_it_is_configured_not_to(stub: ProviderStub, fault: str, requests: int) -> None:
    stub.always("gemini", fault)
    once = Clients(stub, timeout_sec=0.2)
    with pytest.raises(APIError):
        clients.omni(once)
    assert len(stub.calls("gemini")) == 1
    quickly = types.HttpRetryOptions(initial_delay=0.01, max_delay=0.02)
    as_it_comes = types.HttpOptions(base_url=stub.url("gemini"), timeout=200, retry_options=quickly)
    form: Any = {"type": "video", "duration": "4s"}
    with Client(api_key=KEY, http_options=as_it_comes) as google, pytest.raises(APIError):
        google.interactions.create(model=clients.OMNI, input="a river", response_format=form, background=True)
    assert len(stub.calls("gemini")) == 1 + requests


def test_libraries_return_author_licence_and_remaining_rate(sdks: Clients, stub: ProviderStub) -> None:
    with sdks.http() as http:
        for provider, path, query in (
            ("pexels", "/v1/search", {"query": "river"}),
            ("pixabay", "/api/", {"q": "river", "key": KEY}),
        ):
            answer = http.get(f"{stub.url(provider)}{path}", params=query, headers={"Authorization": KEY})
            assert answer.headers["x-ratelimit-remaining"] == "99"
            listing = answer.json()
            photo = listing.get("photos", listing.get("hits"))[0]
            url = photo["src"]["original"] if provider == "pexels" else photo["largeImageURL"]
            assert size(http.get(url).content) == (1920, 1080)
        assert clients.pexels(sdks)["videos"][0]["user"]["name"] == "Asha"
        assert clients.pixabay(sdks)["hits"][0]["user"] == "ravi"
        sounds = clients.freesound(sdks)["results"]
        assert [audio["license"].split("/")[-3] for audio in sounds] == ["by-nc", "by"]
        assert seconds(http.get(sounds[0]["previews"]["preview-hq-mp3"]).content) == pytest.approx(8, abs=0.1)


@pytest.mark.parametrize("name", CALLS)
def test_a_wrong_key_is_refused(stub: ProviderStub, name: str) -> None:
    provider, call = CALLS[name]
    with pytest.raises(Exception, match=r"(?i)key|40[01]|credentials") as caught:
        call(Clients(stub, key="another"))
    assert not isinstance(caught.value, AssertionError | KeyError)
    assert stub.list_billed(provider) == []


@pytest.mark.parametrize("name", CALLS)
def test_the_same_request_gets_the_same_answer(stub: ProviderStub, name: str) -> None:
    provider, call = CALLS[name]
    answers = []
    stub_answer = STUB_ANSWERS[provider]
    for _ in range(2):
        call(Clients(stub))
        answers.append(hashlib.sha256(stub_answer(stub.calls(provider)[-1]).body).hexdigest())
    assert answers[0] == answers[1]


def test_a_video_is_billed_although_the_connection_is_cut(sdks: Clients, stub: ProviderStub) -> None:
    stub.script("gemini", "cut")
    with pytest.raises(Exception, match="peer closed"):
        clients.veo(sdks)
    assert len(stub.list_billed("gemini")) == 1


def test_half_a_video_is_recognised_as_incomplete(sdks: Clients, stub: ProviderStub) -> None:
    stub.script("gemini", "truncated")
    with pytest.raises(Exception, match="is incomplete"):
        probe_size(clients.download(sdks))

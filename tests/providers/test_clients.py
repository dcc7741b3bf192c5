"""What the vendors' own clients return from the stubs is what their references promise, for every call we make."""

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
def made(stub: ProviderStub) -> Clients:
    return Clients(stub)


def size(png: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(png)) as picture:
        picture.load()
        return picture.size


def seconds(sound: bytes) -> float:
    samples, rate = soundfile.read(io.BytesIO(sound))
    return float(len(samples) / rate)


def test_openai_returns_text_pictures_and_speech_with_what_they_used(made: Clients) -> None:
    said = clients.respond(made)
    assert '"title"' in said.output_text
    assert said.usage.output_tokens > 0
    drawn = clients.draw(made)
    assert (size(base64.b64decode(drawn.data[0].b64_json)), drawn.usage.output_tokens) == ((1536, 1024), 1568)
    redrawn = clients.redraw(made)
    assert size(base64.b64decode(redrawn.data[0].b64_json)) == (1024, 1536)
    assert redrawn.usage.input_tokens_details.image_tokens > 0
    assert clients.speak(made).startswith(b"RIFF")


def test_elevenlabs_returns_speech_with_times_sounds_music_and_what_is_left(made: Clients, stub: ProviderStub) -> None:
    said = clients.say(made)
    assert "".join(said.alignment.characters) == "A river runs"
    length = seconds(base64.b64decode(said.audio_base_64))
    assert 0 <= said.alignment.character_start_times_seconds[-1] < length
    # the encoder pads to whole frames
    assert seconds(clients.sound(made)) == pytest.approx(3, abs=0.1)
    assert seconds(clients.compose(made)) == pytest.approx(10, abs=0.1)
    left = clients.subscription(made)
    assert (left.character_count, left.character_limit) == (1000, 100_000)
    assert len(stub.billed("elevenlabs")) == 3


def test_gemini_and_imagen_return_text_and_pictures(made: Clients) -> None:
    assert clients.generate(made).usage_metadata.candidates_token_count > 0
    assert clients.generate_on_vertex(made).text
    (drawn,) = clients.imagen(made).generated_images
    assert (size(drawn.image.image_bytes), drawn.image.mime_type) == ((1408, 768), "image/png")


def test_imagen_names_why_it_holds_a_picture_back(made: Clients, stub: ProviderStub) -> None:
    stub.script("gemini", "refusal")
    (held,) = clients.imagen(made).generated_images
    assert (held.image.image_bytes, "Unable to show" in held.rai_filtered_reason) == (None, True)
    assert stub.billed("gemini") == []


def test_veo_is_asked_by_name_until_its_film_is_there(made: Clients, stub: ProviderStub) -> None:
    begun = clients.veo(made)
    assert not begun.done
    stub.script("gemini", "pending", "pending")
    waits = 0
    while not (asked := clients.veo_named(made, begun.name or "")).done:
        waits += 1
    assert (waits, asked.error) == (2, None)
    assert asked.response
    assert asked.response.generated_videos
    film = asked.response.generated_videos[0].video
    assert film
    assert probe_size(film.video_bytes or b"") == (1280, 720)
    assert [seen.path.rpartition(":")[2] for seen in stub.billed("gemini")] == ["predictLongRunning"]
    sent = stub.calls("gemini")[0].body
    assert sent["instances"][0]["image"]["mimeType"] == "image/png"
    assert (sent["parameters"]["durationSeconds"], sent["parameters"]["seed"]) == (4, 7)


def test_veo_tells_of_its_filter_in_two_ways_neither_of_them_an_exception(made: Clients, stub: ProviderStub) -> None:
    stub.script("gemini", "refusal")
    asked = clients.veo_named(made, clients.veo(made).name or "")
    assert asked.done
    assert asked.response
    assert (asked.response.generated_videos, asked.response.rai_media_filtered_count) == (None, 1)
    begun = clients.veo(made)
    stub.script("gemini", "refusal")
    asked = clients.veo_named(made, begun.name or "")
    assert asked.error
    assert (asked.done, asked.response, asked.error["code"]) == (True, None, 3)


def test_an_error_where_a_film_should_be_leaves_it_not_done(made: Clients, stub: ProviderStub) -> None:
    stub.script("gemini", "error body")
    asked = clients.veo_again(made)
    assert (asked.done, asked.name, bool(asked.error)) == (None, None, True)


def test_with_a_key_alone_neither_veo_nor_imagen_can_be_had(made: Clients, stub: ProviderStub) -> None:
    source = types.GenerateVideosSource(prompt="a river")
    with made.gemini() as google, pytest.raises(ValueError, match="only supported in Gemini Enterprise"):
        google.models.generate_videos(model=clients.VEO, source=source)
    assert stub.calls("gemini") == []


def test_omni_is_asked_by_its_id_and_its_film_fetched(made: Clients, stub: ProviderStub) -> None:
    begun = clients.omni(made)
    assert begun.status == "in_progress"
    stub.script("gemini", "pending")
    assert [clients.omni_again(made).status for _ in range(2)] == ["in_progress", "completed"]
    with made.gemini() as google:
        done = google.interactions.get(id=begun.id)
        film = google.files.download(file=types.Video(uri=done.output_video.uri))
    assert probe_size(film) == (720, 1280)
    assert done.usage.total_output_tokens == 4 * 5792
    assert len(stub.billed("gemini")) == 1


def test_omni_tells_of_its_filter_by_its_status(made: Clients, stub: ProviderStub) -> None:
    stub.script("gemini", OK, "refusal")
    clients.omni(made)
    held = clients.omni_again(made)
    assert (held.status, held.output_video, held.errors[0].code) == ("failed", None, "content_filtered")


@pytest.mark.parametrize(("fault", "requests"), [("429", 5), ("503", 5), ("timeout", 1), ("cut", 1)])
def test_omni_is_sent_again_by_its_client_unless_told_otherwise(stub: ProviderStub, fault: str, requests: int) -> None:
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


def test_libraries_name_author_licence_and_the_rate_that_is_left(made: Clients, stub: ProviderStub) -> None:
    with made.http() as http:
        for vendor, path, query in (
            ("pexels", "/v1/search", {"query": "river"}),
            ("pixabay", "/api/", {"q": "river", "key": KEY}),
        ):
            answer = http.get(f"{stub.url(vendor)}{path}", params=query, headers={"Authorization": KEY})
            assert answer.headers["x-ratelimit-remaining"] == "99"
            found = answer.json()
            photo = found.get("photos", found.get("hits"))[0]
            address = photo["src"]["original"] if vendor == "pexels" else photo["largeImageURL"]
            assert size(http.get(address).content) == (1920, 1080)
        assert clients.pexels(made)["videos"][0]["user"]["name"] == "Asha"
        assert clients.pixabay(made)["hits"][0]["user"] == "ravi"
        sounds = clients.freesound(made)["results"]
        assert [sound["license"].split("/")[-3] for sound in sounds] == ["by-nc", "by"]
        assert seconds(http.get(sounds[0]["previews"]["preview-hq-mp3"]).content) == pytest.approx(8, abs=0.1)


@pytest.mark.parametrize("name", CALLS)
def test_a_wrong_key_is_refused(stub: ProviderStub, name: str) -> None:
    vendor, call = CALLS[name]
    with pytest.raises(Exception, match=r"(?i)key|40[01]|credentials") as caught:
        call(Clients(stub, key="another"))
    assert not isinstance(caught.value, AssertionError | KeyError)
    assert stub.billed(vendor) == []


@pytest.mark.parametrize("name", CALLS)
def test_the_same_is_answered_to_the_same(stub: ProviderStub, name: str) -> None:
    vendor, call = CALLS[name]
    answers = []
    stub_answer = STUB_ANSWERS[vendor]
    for _ in range(2):
        call(Clients(stub))
        answers.append(hashlib.sha256(stub_answer(stub.calls(vendor)[-1]).body).hexdigest())
    assert answers[0] == answers[1]


def test_a_film_that_was_cut_was_made_all_the_same(made: Clients, stub: ProviderStub) -> None:
    stub.script("gemini", "cut")
    with pytest.raises(Exception, match="peer closed"):
        clients.veo(made)
    assert len(stub.billed("gemini")) == 1


def test_half_a_film_is_told_apart(made: Clients, stub: ProviderStub) -> None:
    stub.script("gemini", "truncated")
    with pytest.raises(Exception, match="is incomplete"):
        probe_size(clients.download(made))

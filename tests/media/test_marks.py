"""The finished files say inside themselves how they were made, and any C2PA reader can check it."""

import threading
from pathlib import Path

import numpy as np
import pytest

from gpu_renderer.render import render
from gpu_renderer.thumbnail.draw import draw_thumbnail
from gpu_renderer.verify import packet_hashes
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.assets.build_marks import select_parts
from sutradhar.domain.assets.marks import MarkedPart, MarkFacts
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.core.errors import MarkError, RenderError
from sutradhar.domain.video.quality_gate import describe_failures
from sutradhar.domain.video.render_request import RenderRequest, RenderSummary
from sutradhar.domain.video.thumbnail_size import MAX_BYTES, MAX_DRAWN_BYTES
from sutradhar.domain.video.timeline import AudioLanguage, Timeline
from sutradhar.marks import write
from sutradhar.marks.certificates import read_chain, read_key
from sutradhar.marks.local_signer import LocalSigner
from sutradhar.marks.read import read_marks
from sutradhar.ports.clock import SystemClock
from sutradhar.ports.marks import MarkSigner
from tests.mark_certificates import make_folder, make_signer
from tests.media.ffmpeg import run_ffmpeg
from tests.media.renderer_harness import add_narration
from tests.media.timelines import make_timeline

SIGNER = make_signer()


class Studio:
    """Renders one timeline again and again, with other marks each time."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.blobs = folder, FileBlobStore(folder / "blobs")
        self.timeline: Timeline = add_narration(self.blobs, make_timeline(self.blobs))
        self.count = 0

    @property
    def facts(self) -> MarkFacts:
        image = {
            "kind": "image",
            "source_type": "trainedAlgorithmicMedia",
            "provider": "openai",
            "model": "gpt-image-2",
        }
        images = [
            MarkedPart(slot=Slot.image(clip.scene), sha256=clip.media.sha256, **image) for clip in self.timeline.clips
        ]
        voice = MarkedPart(
            slot=Slot.narration(0),
            kind="narration",
            source_type=None,
            provider="upload",
            is_own=True,
            sha256=self.timeline.narrations[0].media.sha256,
        )
        return MarkFacts(
            title="चाँद & the <moon>",
            source_type="compositeSynthetic",
            has_synthetic_media=True,
            parts=(*images, voice),
        )

    def render(self, facts: MarkFacts | None, signer: MarkSigner | None = None) -> RenderSummary:
        self.count += 1
        request = RenderRequest(
            render_id=f"r{self.count}",
            job_id="j",
            prefix=f"jobs/j/renders/{self.count}",
            title="A video",
            mode="PROXY",
            timeline=self.timeline,
            marks=facts,
        )
        work = self.folder / f"work-{self.count}"
        work.mkdir()
        summary = render(request, self.blobs, work, lambda *_: None, threading.Event(), signer=signer)
        assert summary is not None
        return summary

    def fetch(self, blob: str) -> Path:
        """Copy a stored file out of the store, so that a test may change it."""
        path = self.folder / blob.replace("/", "-")
        path.write_bytes(self.blobs.get(blob))
        return path


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return Studio(tmp_path_factory.mktemp("marks"))


@pytest.fixture(scope="module")
def signed_render(studio: Studio) -> RenderSummary:
    return studio.render(studio.facts, SIGNER)


def list_packets(path: Path) -> list[tuple[object, object]]:
    return [(track.header, track.packets) for track in packet_hashes.read_packets(path)]


def find_media(data: bytes | bytearray) -> int:
    """Return the place of a byte in the middle of the frames; the manifest too has the word mdat."""
    return data.index(b"mdat", data.index(b"moov")) + 5000


def get_results(summary: RenderSummary) -> dict[str, tuple[bool, str]]:
    return {r.rule: (r.ok, r.measured) for r in summary.check_results if "marks" in r.rule}


def test_the_stored_files_state_all_facts_and_verify(studio: Studio, signed_render: RenderSummary) -> None:
    assert describe_failures(signed_render.check_results) == ""
    assert get_results(signed_render)["marks"] == (True, "XMP, valid content credentials of Test studio")
    assert signed_render.marks is not None
    assert (signed_render.marks.state, signed_render.marks.parts) == ("signed", studio.facts.parts)
    video = read_marks(studio.fetch(signed_render.video.blob))
    assert (video.state, video.problems) == ("valid", ())
    assert video.says(studio.facts)
    assert video.says_in_short(studio.facts)
    placed = [action.description for action in video.actions if action.name == "c2pa.placed"]
    assert placed[0] == "Image or clip generated by the model openai/gpt-image-2."
    assert placed[-1] == "The user's own voice; where it came from is not known."


def test_the_audio_of_each_language_names_what_is_heard_in_it(studio: Studio) -> None:
    own = studio.timeline
    studio.timeline = own.evolve(
        language="en", audio_languages=(AudioLanguage(language="hi", narrations=own.narrations),)
    )
    summary = studio.render(studio.facts, SIGNER)
    studio.timeline = own
    assert list(summary.audio) == ["en", "hi"]
    for file in summary.audio.values():
        marks = read_marks(studio.fetch(file.blob))
        assert (marks.state, marks.problems) == ("valid", ())
        assert marks.says(select_parts(studio.facts, own.audio_hashes))
        assert not marks.says(studio.facts)


def test_the_thumbnails_name_the_one_image_that_they_show(studio: Studio, signed_render: RenderSummary) -> None:
    small = f"{signed_render.thumbnail.blob.removesuffix('.png')}-small.jpg"
    for blob in (signed_render.thumbnail.blob, small):
        marks = read_marks(studio.fetch(blob))
        assert marks.state == "valid"
        (part,) = marks.parts
        assert part in studio.facts.parts
        assert marks.source_type == "trainedAlgorithmicMedia"


def test_the_frames_and_the_audio_are_those_of_a_video_without_marks(
    studio: Studio, signed_render: RenderSummary
) -> None:
    plain = studio.render(None)
    assert plain.marks is None
    assert get_results(plain) == {}
    files = [studio.fetch(summary.video.blob) for summary in (plain, signed_render)]
    assert list_packets(files[0]) == list_packets(files[1])
    assert plain.facts.evolve(marks=None) == signed_render.facts.evolve(
        marks=None, thumbnail_marks=None, thumbnail_bytes=plain.facts.thumbnail_bytes
    )


def test_a_repeat_has_the_same_bytes(studio: Studio, signed_render: RenderSummary) -> None:
    again = studio.render(studio.facts, SIGNER)
    assert (again.video.sha256, again.thumbnail.sha256) == (signed_render.video.sha256, signed_render.thumbnail.sha256)
    assert "marks" not in again.render_timings


@pytest.mark.parametrize("change", ["facts", "certificate", "no certificate"])
def test_a_video_with_other_marks_is_not_reused(studio: Studio, signed_render: RenderSummary, change: str) -> None:
    facts = studio.facts.evolve(title="Another title") if change == "facts" else studio.facts
    signer = {"facts": SIGNER, "certificate": make_signer("Another studio")}.get(change)
    other = studio.render(facts, signer)
    assert other.segments.encoded == 0
    assert other.video.sha256 != signed_render.video.sha256
    assert describe_failures(other.check_results) == ""
    marks = read_marks(studio.fetch(other.video.blob))
    assert marks.says_in_short(facts)
    assert marks.issuer == {"facts": "Test studio", "certificate": "Another studio"}.get(change, "")


def test_without_a_certificate_the_files_have_xmp_and_the_summary_says_so(studio: Studio) -> None:
    first, second = (studio.render(studio.facts.evolve(title="Unsigned")) for _ in range(2))
    assert first.video.sha256 == second.video.sha256
    assert first.marks is not None
    assert first.marks.state == "xmp_only"
    assert get_results(first)["marks"] == (True, "XMP only, not signed: there is no certificate")
    marks = read_marks(studio.fetch(first.video.blob))
    assert (marks.state, marks.has_marks) == ("none", True)


def test_a_copy_by_ffmpeg_has_lost_all_marks(studio: Studio, signed_render: RenderSummary, tmp_path: Path) -> None:
    copy = tmp_path / "copy.mp4"
    run_ffmpeg("-i", str(studio.fetch(signed_render.video.blob)), "-c", "copy", str(copy))
    marks = read_marks(copy)
    assert (marks.state, marks.has_marks) == ("none", False)


def test_the_largest_thumbnail_has_room_for_its_marks(studio: Studio) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (1920, 1080, 3), dtype=np.uint8)
    drawn = draw_thumbnail(noise, "Noise", None, (1080, 1920))
    part = studio.facts.parts[0].evolve(author="अ" * 500, licence="L" * 500, source=f"https://example.org/{'x' * 2000}")
    marked = write.mark_image(drawn, studio.facts.evolve(title="अ" * 120, parts=(part,)), SIGNER)
    assert len(marked) <= MAX_BYTES
    assert len(marked) - len(drawn) < MAX_BYTES - MAX_DRAWN_BYTES


def test_a_large_file_is_signed_piece_by_piece(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "_IN_MEMORY", 0)
    path = write.mark_video(studio.fetch(studio.render(None).video.blob), studio.facts, SIGNER)
    assert b"merkle" in path.read_bytes()
    assert read_marks(path).state == "valid"
    data = bytearray(path.read_bytes())
    data[find_media(data)] ^= 1
    path.write_bytes(data)
    assert read_marks(path).problems == ("assertion.bmffHash.mismatch",)


@pytest.mark.parametrize("place", ["frames", "XMP", "parts"])
def test_a_changed_file_does_not_verify(studio: Studio, signed_render: RenderSummary, place: str) -> None:
    path = studio.fetch(signed_render.video.blob)
    data = path.read_bytes()
    at = {
        "frames": find_media(data),
        "XMP": data.index(b"Iptc4xmpExt:DigitalSourceType>http"),
        "parts": data.index(b"gpt-image-2"),
    }[place]
    path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    assert read_marks(path).state == "invalid"


def test_the_root_of_the_certificate_makes_the_marks_trusted(studio: Studio) -> None:
    root = make_folder(studio.folder)
    folder = studio.folder / "marks"
    signer = LocalSigner(
        read_chain((folder / "certificate.pem").read_text(), "certificate.pem"),
        read_key((folder / "key.pem").read_text(), "key.pem"),
        SystemClock(),
    )
    path = studio.fetch(studio.render(studio.facts, signer).video.blob)
    assert read_marks(path, root).state == "trusted"
    other = make_folder(studio.folder / "other")
    assert (read_marks(path, other).state, read_marks(path, other).problems) == (
        "valid",
        ("signingCredential.untrusted",),
    )


class FailingSigner:
    """A signer whose key has gone away."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.chain_pem, self.fingerprint, self.valid_until = SIGNER.chain_pem, "f" * 64, SIGNER.valid_until

    def sign(self, data: bytes) -> bytes:
        raise self.error


def test_the_render_fails_with_the_reason_of_the_signer(studio: Studio) -> None:
    with pytest.raises(RenderError, match="expired yesterday") as caught:
        studio.render(studio.facts, FailingSigner(MarkError("the certificate expired yesterday")))
    assert caught.value.stage == "marks"
    assert "sutradhar doctor" in caught.value.advice

"""The renderer makes a video with two audio tracks, of which each is measured, with the ffmpeg of this machine."""

import io
import threading
import wave
from pathlib import Path

import numpy as np
import pytest

from gpu_renderer.audio.audio_meter import measure_audio, read_narrations
from gpu_renderer.verify.measure import measure
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.quality_gate import check
from sutradhar.domain.video.render_request import RenderRequest, RenderSummary
from sutradhar.domain.video.timeline import AudioLanguage, NarrationClip
from sutradhar.ports.stores import BlobStore
from tests.media.ffmpeg import run_ffmpeg
from tests.media.renderer_harness import REQUEST_BLOB, RendererHarness
from tests.media.timelines import make_timeline, store_media

CUES = (Cue(start=6, end=60, lines=("One",)),)
START = 4800


def make_narration(blobs: BlobStore, name: str, seed: int) -> NarrationClip:
    """Return a narration of syllables of noise, loud and silent in an order of its own."""
    rng = np.random.default_rng(seed)
    loud = np.repeat(rng.permutation([0.02, 0.02, 0.05, 0.2, 0.4, 0.6, 0.9, 1.0] * 2), 7200)
    samples = (6000 * loud * rng.standard_normal(len(loud))).clip(-32000, 32000)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, 48000, len(samples), "NONE", ""))
        out.writeframes(samples.astype("<i2").tobytes())
    media = store_media(blobs, f"narrations/{name}.wav", file.getvalue())
    return NarrationClip(scene=0, start=START, samples=len(samples), media=media)


@pytest.fixture(scope="module")
def video_render(tmp_path_factory: pytest.TempPathFactory) -> tuple[RendererHarness, RenderRequest]:
    harness = RendererHarness(tmp_path_factory.mktemp("tracks"))
    english, hindi = (make_narration(harness.blobs, name, seed) for seed, name in enumerate(("en", "hi")))
    timeline = make_timeline(harness.blobs, bodies=(90,)).evolve(
        language="en",
        narrations=(english,),
        audio_languages=(AudioLanguage(language="hi", narrations=(hindi,)),),
        captions={"en": CUES, "hi": (CUES[0].evolve(lines=("एक",)),)},
    )
    request = harness.store_request(timeline).evolve(soft_captions=True)
    harness.blobs.put(REQUEST_BLOB, request.to_record().encode())
    code, stderr = harness.run()
    assert code == 0, stderr
    return harness, request


def fetch_video(video_render: tuple[RendererHarness, RenderRequest], folder: Path) -> Path:
    harness, request = video_render
    return harness.blobs.fetch(request.video_blob, folder / "video.mp4")


def test_the_file_has_a_track_of_each_language_and_passes_the_gate(
    video_render: tuple[RendererHarness, RenderRequest], tmp_path: Path
) -> None:
    harness, request = video_render
    summary = RenderSummary.from_record(harness.blobs.get(request.summary_blob))
    assert summary.has_passed, summary.check_results
    rules = {result.rule: result.measured for result in summary.check_results}
    assert rules["audio tracks"] == "eng (default), hin"
    assert rules["caption tracks"] == "eng, hin"
    for name in ("loudness", "loudness, hi"):
        assert abs(float(rules[name].removesuffix(" LUFS")) + 14) < 0.6
    (further,) = summary.facts.further_audio
    assert all(match.correlation > 0.9 for match in (*summary.facts.narrations, *further.narrations))
    assert further.narrations
    video = fetch_video(video_render, tmp_path)
    length = request.timeline.duration_sec
    first, second = (measure_audio(video, length, track_number=n).envelope for n in range(2))
    assert first != second
    for number, (language, file) in enumerate(summary.audio.items()):
        assert file.blob == f"{request.prefix}/audio.{language}.m4a"
        alone = harness.blobs.fetch(file.blob, tmp_path / f"{language}.m4a")
        assert measure_audio(alone, length).envelope == (first, second)[number]
    frames = run_ffmpeg("-i", video, "-map", "0:v", "-f", "framemd5", "-").decode().count("\n0,")
    assert frames == request.timeline.frames


def test_a_repeat_mixes_nothing_and_another_narration_only_its_own_track(
    video_render: tuple[RendererHarness, RenderRequest], tmp_path: Path
) -> None:
    harness, request = video_render
    folder = harness.home / "blobs"
    mixes = {path.name for path in folder.rglob("sounds/*.m4a")}
    assert len(mixes) == 2
    other = make_narration(harness.blobs, "ta", 5)
    timeline = request.timeline.evolve(audio_languages=(AudioLanguage(language="ta", narrations=(other,)),))
    again = request.evolve(timeline=timeline, prefix="jobs/j/renders/2", render_id="r2")
    harness.blobs.put("jobs/j/renders/2/request.json", again.to_record().encode())
    code, stderr = harness.run({"RENDER_REQUEST": "jobs/j/renders/2/request.json"})
    assert code == 0, stderr
    summary = RenderSummary.from_record(harness.blobs.get(again.summary_blob))
    assert (summary.has_passed, summary.segments.encoded) == (True, 0)
    assert len({path.name for path in folder.rglob("sounds/*.m4a")} - mixes) == 1


@pytest.mark.parametrize(
    ("mapping", "broken"),
    [
        (("0:a:1", "0:a:0"), {"audio tracks", "narration heard", "narration heard, hi"}),
        (("0:a:0",), {"audio tracks"}),
        (("0:a:0", "0:a:0"), {"audio tracks", "narration heard, hi"}),
    ],
)
def test_a_file_with_other_tracks_is_refused(
    video_render: tuple[RendererHarness, RenderRequest], tmp_path: Path, mapping: tuple[str, ...], broken: set[str]
) -> None:
    harness, request = video_render
    video, spoilt = fetch_video(video_render, tmp_path), tmp_path / "spoilt.mp4"
    maps = [part for one in ("0:v", *mapping, "0:s") for part in ("-map", one)]
    run_ffmpeg("-i", video, *maps, "-c", "copy", "-movflags", "+faststart", spoilt)
    cancel, tracks = threading.Event(), request.timeline.list_audio_tracks()
    narrations = [read_narrations(track, harness.blobs, tmp_path, cancel) for track in tracks]
    thumbnail = harness.blobs.fetch(request.thumbnail_blob, tmp_path / "thumbnail.png")
    facts = measure(spoilt, thumbnail, narrations=narrations[0], further=narrations[1:])
    assert {result.rule for result in check(facts, request.timeline) if not result.ok} == broken

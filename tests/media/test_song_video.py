"""The real task renders a lyric video: its images change on the beats that are heard, and it passes the gate."""

from pathlib import Path

import numpy as np

from sutradhar.domain.assets.asset import SAMPLE_RATE, Asset
from sutradhar.domain.assets.slot import SONG, Slot
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.quality_gate import describe_failures
from sutradhar.domain.video.render_request import RenderSummary
from sutradhar.domain.video.timeline import Timeline
from sutradhar.domain.video.timeline_builder import build_timeline
from tests.media.ffmpeg import run_ffmpeg
from tests.media.renderer_harness import RendererHarness
from tests.media.songs import LINES, MadeSong, make_song
from tests.media.timelines import photo, png, store_media

SIZE = (320, 180)
START_SEC, END_SEC = 10.0, 14.0
"""A part with the end of the verse, and a line of the chorus from 12 s on."""


def build_song_video(harness: RendererHarness, song: MadeSong, folder: Path) -> Timeline:
    plan = RenderPlan.parse(
        {
            "song": {
                "upload": "up-0123456789abcdef",
                "start_sec": START_SEC,
                "end_sec": END_SEC,
                "lyrics": song.lyrics,
            },
            "scenes": [{"image_prompt": "a"}, {"image_prompt": "b"}, {"image_prompt": "c"}],
            "language": "en",
        }
    )
    file = store_media(harness.blobs, "song.mp3", song.write_mp3(folder / "song.mp3").read_bytes())
    words, facts = song.cut(START_SEC, END_SEC)
    assets = {
        SONG: Asset(
            key="s",
            kind="music",
            blob=file.blob,
            sha256=file.sha256,
            size=1,
            provider="upload/2",
            samples=round((END_SEC - START_SEC) * SAMPLE_RATE),
            words=words,
            song=facts,
        )
    }
    for n in range(3):
        image = store_media(harness.blobs, f"{n}.png", png(photo(n)))
        assets[Slot.image(n)] = Asset(
            key=str(n),
            kind="image",
            blob=image.blob,
            sha256=image.sha256,
            size=1,
            provider="p/1",
            width=400,
            height=240,
        )
    return build_timeline(plan, assets).evolve(width=SIZE[0], height=SIZE[1])


def find_cuts(video: Path, folder: Path) -> list[int]:
    """Return the frames that differ much from the frame before."""
    raw = folder / "frames.raw"
    run_ffmpeg("-i", video, "-vf", "scale=32:18", "-f", "rawvideo", "-pix_fmt", "gray", raw)
    frames = np.frombuffer(raw.read_bytes(), np.uint8).reshape(-1, 18 * 32).astype(int)
    change = np.abs(np.diff(frames, axis=0)).mean(axis=1)
    return [int(n) + 1 for n in np.flatnonzero(change > 12)]


def test_images_change_on_the_beats_that_are_heard(tmp_path: Path) -> None:
    harness, song = RendererHarness(tmp_path / "home"), make_song(120, LINES[:3])
    timeline = build_song_video(harness, song, tmp_path)
    request = harness.store_request(timeline)
    code, stderr = harness.run()
    assert code == 0, stderr
    summary = RenderSummary.from_record(harness.blobs.get(request.summary_blob))
    assert describe_failures(summary.check_results) == ""
    assert summary.duration_sec == END_SEC - START_SEC
    cuts = find_cuts(harness.blobs.fetch(request.video_blob, tmp_path), tmp_path)
    assert cuts == [clip.start for clip in timeline.clips[1:]]
    assert cuts
    for cut in cuts:
        at = START_SEC + cut / timeline.fps
        assert min(abs(at - beat) for beat in song.beats) <= 1 / timeline.fps

"""A rendered video opens with its intro and closes with its outro, as they are, and the gate knows them."""

import hashlib
from pathlib import Path

import numpy as np

from sutradhar.domain.assets import slot as slots
from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.render_request import RenderSummary
from sutradhar.domain.video.timeline_builder import build_timeline
from sutradhar.ports.stores import BlobStore
from tests.media.brand_looks import make_brand
from tests.media.clips import X264, make_clip
from tests.media.ffmpeg import run_ffmpeg
from tests.media.renderer_harness import RendererHarness
from tests.media.timelines import photo, png, store_media

UPLOAD = "up-0123456789abcdef"
RATE = 8000


def make_asset(blobs: BlobStore, slot: Slot, data: bytes, **more: object) -> Asset:
    media = store_media(blobs, f"assets/{slot}", data)
    fields = {"key": str(slot), "kind": "image", "size": len(data), "provider": "upload/2"}
    return Asset.model_validate({**fields, "blob": media.blob, "sha256": media.sha256, **more})


def make_assets(blobs: BlobStore, folder: Path) -> dict[Slot, Asset]:
    """Return an intro of 1 s with a tone of 440 Hz, two photos, a silent black outro of 2 s, and music of 1,500 Hz."""
    tone = ("-f", "lavfi", "-i", "sine=frequency=440:duration=1", *X264, "-c:a", "aac", "-shortest")
    intro = make_clip(folder / "intro.mp4", *tone, source="testsrc2=s=320x180:r=30:d=1").read_bytes()
    outro = make_clip(folder / "outro.mp4", *X264, source="color=black:s=320x180:r=30:d=2").read_bytes()
    run_ffmpeg("-f", "lavfi", "-i", "sine=frequency=1500:duration=4:sample_rate=48000", "-ac", "2", folder / "m.wav")
    clip = {"is_video": True, "width": 320, "height": 180}
    return {
        slots.INTRO: make_asset(blobs, slots.INTRO, intro, samples=48_000, **clip, clip_sec=1.0),
        slots.OUTRO: make_asset(blobs, slots.OUTRO, outro, **clip, clip_sec=2.0),
        Slot.image(0): make_asset(blobs, Slot.image(0), png(photo(1))),
        Slot.image(1): make_asset(blobs, Slot.image(1), png(photo(2))),
        slots.MUSIC: make_asset(blobs, slots.MUSIC, (folder / "m.wav").read_bytes(), kind="music", samples=4 * 48_000),
    }


def measure_tone(video: Path, frequency: int, start: float, end: float) -> float:
    """Return the level of ``frequency`` between two times of the video, in dB of full scale."""
    data = run_ffmpeg("-i", video, "-ac", "1", "-ar", str(RATE), "-f", "f32le", "-")
    part = np.frombuffer(data, np.float32)[round(start * RATE) : round(end * RATE)]
    wave = np.exp(-2j * np.pi * frequency * np.arange(len(part)) / RATE)
    return float(20 * np.log10(2 * abs(np.mean(part * wave)) + 1e-9))


def test_a_video_between_an_intro_and_an_outro(tmp_path: Path) -> None:
    harness = RendererHarness(tmp_path / "home")
    scenes = [{"image_prompt": "x", "duration_sec": 1, "title": "Prahlad"}, {"image_prompt": "x", "duration_sec": 1}]
    ends = {name: {"upload": UPLOAD} for name in ("intro", "outro")}
    plan = RenderPlan.model_validate({"scenes": scenes, "watermark": None, **ends})
    timeline = build_timeline(plan, make_assets(harness.blobs, tmp_path))
    timeline = timeline.evolve(width=320, height=180, look=make_brand(harness.blobs))
    assert timeline.frames == 5 * 30 - 15, "a half of each outer transition lies in the intro and in the outro"
    request = harness.store_request(timeline)
    code, stderr = harness.run()
    assert code == 0, stderr
    summary = RenderSummary.from_record(harness.blobs.get(request.summary_blob))
    assert [result for result in summary.check_results if not result.ok] == []
    (black,) = (result.note for result in summary.check_results if result.rule == "black")
    assert black.startswith("The outro is black for")

    video = harness.blobs.fetch(request.video_blob, tmp_path)
    intro_sec, outro_sec = 0.5, timeline.duration_sec - 1.2
    assert measure_tone(video, 440, 0.1, intro_sec) > -30
    assert measure_tone(video, 1500, 0.1, intro_sec) < -70, "no music plays beside the sound of the intro"
    assert measure_tone(video, 1500, 1.2, 2.0) > -40
    assert measure_tone(video, 1500, outro_sec, outro_sec + 0.2) > -60, "music plays through a silent outro"

    frames = run_ffmpeg("-i", video, "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    pixels = np.frombuffer(frames, np.uint8).reshape(-1, 180, 320, 3).astype(int)
    own = run_ffmpeg("-i", tmp_path / "intro.mp4", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    first = np.frombuffer(own, np.uint8).reshape(-1, 180, 320, 3).astype(int)[0]
    assert np.abs(pixels[0] - first).mean() < 8, "the intro is shown as it is, without the logo"
    assert pixels[-1].max() < 40, "so is the outro"
    logo = pixels[45][4:30, 270:316]
    assert ((logo[..., 0] > 170) & (logo[..., 2] < 100)).sum() > 50, "the scenes have the logo"
    shown = hashlib.sha256(harness.blobs.get(request.thumbnail_blob)).hexdigest()
    assert shown == summary.thumbnail.sha256

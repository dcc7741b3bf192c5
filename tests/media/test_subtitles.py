"""Captions become tracks of the file: languages, words and times come out again, and the frames stay the same."""

import json
from pathlib import Path
from typing import Any

import ffmpeg as graph
import pytest

from gpu_renderer.core import ffmpeg_process
from gpu_renderer.mux.subtitles import WORD_JOINER, SubtitleTrack, open_tracks, write_tracks
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.video.captions import Cue, format_srt
from sutradhar.domain.video.timeline import Timeline
from tests.media.ffmpeg import run_ffmpeg
from tests.media.timelines import FPS, make_timeline

ENGLISH = (
    Cue(start=5, end=31, lines=("a < b & c > d,", "<b>no markup</b> {\\an8} \\n 100%")),
    Cue(start=31, end=62, lines=("“It's” &amp; that's all",)),
)
HINDI = (Cue(start=7, end=45, lines=("प्रह्लाद ने श्री विष्णु की", "क्षमा और ज्ञान {से} क्\u200dष")),)


@pytest.fixture
def timeline(tmp_path: Path) -> Timeline:
    bare = make_timeline(FileBlobStore(tmp_path / "blobs"), bodies=(24, 45), fade=0)
    return bare.evolve(captions={"en": ENGLISH, "hi": HINDI})


@pytest.fixture
def video_file(tmp_path: Path, timeline: Timeline) -> Path:
    path = tmp_path / "without-captions.mp4"
    source = f"testsrc=size=64x64:rate={FPS}:duration={timeline.duration_sec}"
    run_ffmpeg("-f", "lavfi", "-i", source, "-c:v", "libx264", "-preset", "ultrafast", str(path))
    return path


def _mux(video_file: Path, tracks: tuple[SubtitleTrack, ...], output: Path) -> Path:
    inputs, options = open_tracks(tracks)
    video = graph.input(str(video_file), protocol_whitelist="file")["v:0"]
    output_stream = graph.output(
        video, *inputs, str(output), c="copy", map_metadata=-1, movie_timescale=48000, **options
    )
    ffmpeg_process.run(output_stream.compile(ffmpeg_process.find_program("ffmpeg")), stage="test")
    return output


def _probe(video: Path, *what: str) -> dict[str, Any]:
    argv = [ffmpeg_process.find_program("ffprobe"), "-v", "error", "-of", "json", *what, str(video)]
    probed: dict[str, Any] = json.loads(ffmpeg_process.run(argv, stage="test").stdout)
    return probed


def test_the_tracks_come_out_as_they_went_in(tmp_path: Path, timeline: Timeline, video_file: Path) -> None:
    output = _mux(video_file, write_tracks(timeline, tmp_path), tmp_path / "video.mp4")
    shown = [s for s in _probe(output, "-show_streams")["streams"] if s["codec_type"] == "subtitle"]
    assert [(s["codec_name"], s["tags"]["language"]) for s in shown] == [("mov_text", "eng"), ("mov_text", "hin")]
    assert not any(s["disposition"]["forced"] for s in shown)
    for i, cues in enumerate((ENGLISH, HINDI)):
        # the player gets 3GPP text samples: two bytes of length before the text
        packets = _probe(output, "-select_streams", f"s:{i}", "-show_entries", "packet=pts_time,duration_time,size")
        spans = [(float(p["pts_time"]), float(p["duration_time"])) for p in packets["packets"] if int(p["size"]) > 2]
        assert spans == [pytest.approx((c.start / FPS, (c.end - c.start) / FPS), abs=0.001) for c in cues]
        again = run_ffmpeg("-i", str(output), "-map", f"0:s:{i}", "-f", "srt", "-").decode()
        assert again.replace(WORD_JOINER, "").replace("\r\n", "\n").strip() == format_srt(cues, FPS).strip()


def test_the_video_keeps_its_times(tmp_path: Path, timeline: Timeline, video_file: Path) -> None:
    output = _mux(video_file, write_tracks(timeline, tmp_path), tmp_path / "video.mp4")
    bare = _mux(video_file, (), tmp_path / "bare.mp4")
    times = [_probe(v, "-select_streams", "v:0", "-show_entries", "packet=pts,dts,size,flags") for v in (bare, output)]
    assert times[0] == times[1]
    whole = [_probe(v, "-show_entries", "format=duration,start_time") for v in (bare, output)]
    assert whole[0] == whole[1]


def test_no_cues_no_track(tmp_path: Path, timeline: Timeline) -> None:
    assert write_tracks(timeline.evolve(captions={"en": (), "hi": HINDI}), tmp_path)[0].language == "hin"
    assert open_tracks(()) == ([], {})

"""Captions as tracks of the file: languages, words and times come out again, and the picture does not notice."""

import json
from pathlib import Path

import ffmpeg as graph
import pytest

from gpu_renderer.core import ffmpeg_process
from gpu_renderer.mux.subtitles import WORD_JOINER, SubtitleTrack, open_tracks, write_tracks
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.video.captions import Cue, format_srt
from sutradhar.domain.video.timeline import Timeline
from tests.media.timelines import FPS, make_timeline

ENGLISH = (
    Cue(start=5, end=31, lines=("a < b & c > d,", "<b>no markup</b> {\\an8} \\n 100%")),
    Cue(start=31, end=62, lines=("“It's” &amp; that's all",)),
)
HINDI = (Cue(start=7, end=45, lines=("प्रह्लाद ने श्री विष्णु की", "क्षमा और ज्ञान {से} क्\u200dष")),)


@pytest.fixture
def timeline(tmp_path: Path) -> Timeline:
    made = make_timeline(FileBlobStore(tmp_path / "blobs"), bodies=(24, 45), fade=0)
    return made.evolve(captions={"en": ENGLISH, "hi": HINDI})


@pytest.fixture
def picture(tmp_path: Path, timeline: Timeline) -> Path:
    path = tmp_path / "picture.mp4"
    source = f"testsrc=size=64x64:rate={FPS}:duration={timeline.duration_sec}"
    _ffmpeg("-f", "lavfi", "-i", source, "-c:v", "libx264", "-preset", "ultrafast", str(path))
    return path


def _ffmpeg(*arguments: str) -> bytes:
    return ffmpeg_process.run(
        [ffmpeg_process.find_program("ffmpeg"), "-v", "error", "-y", *arguments], stage="test"
    ).stdout


def _muxed(picture: Path, tracks: tuple[SubtitleTrack, ...], output: Path) -> Path:
    inputs, options = open_tracks(tracks)
    video = graph.input(str(picture), protocol_whitelist="file")["v:0"]
    made = graph.output(video, *inputs, str(output), c="copy", map_metadata=-1, movie_timescale=48000, **options)
    ffmpeg_process.run(made.compile(ffmpeg_process.find_program("ffmpeg")), stage="test")
    return output


def _probed(video: Path, *what: str) -> dict:
    argv = [ffmpeg_process.find_program("ffprobe"), "-v", "error", "-of", "json", *what, str(video)]
    return json.loads(ffmpeg_process.run(argv, stage="test").stdout)


def test_the_tracks_come_out_as_they_went_in(tmp_path, timeline, picture):
    output = _muxed(picture, write_tracks(timeline, tmp_path), tmp_path / "film.mp4")
    shown = [s for s in _probed(output, "-show_streams")["streams"] if s["codec_type"] == "subtitle"]
    assert [(s["codec_name"], s["tags"]["language"]) for s in shown] == [("mov_text", "eng"), ("mov_text", "hin")]
    assert not any(s["disposition"]["forced"] for s in shown)
    for i, cues in enumerate((ENGLISH, HINDI)):
        # as the player gets it: 3GPP text samples, two bytes of length before the text
        packets = _probed(output, "-select_streams", f"s:{i}", "-show_entries", "packet=pts_time,duration_time,size")
        spans = [(float(p["pts_time"]), float(p["duration_time"])) for p in packets["packets"] if int(p["size"]) > 2]
        assert spans == [pytest.approx((c.start / FPS, (c.end - c.start) / FPS), abs=0.001) for c in cues]
        again = _ffmpeg("-i", str(output), "-map", f"0:s:{i}", "-f", "srt", "-").decode()
        assert again.replace(WORD_JOINER, "").replace("\r\n", "\n").strip() == format_srt(cues, FPS).strip()


def test_the_picture_keeps_its_times(tmp_path, timeline, picture):
    output = _muxed(picture, write_tracks(timeline, tmp_path), tmp_path / "film.mp4")
    bare = _muxed(picture, (), tmp_path / "bare.mp4")
    times = [_probed(v, "-select_streams", "v:0", "-show_entries", "packet=pts,dts,size,flags") for v in (bare, output)]
    assert times[0] == times[1]
    whole = [_probed(v, "-show_entries", "format=duration,start_time") for v in (bare, output)]
    assert whole[0] == whole[1]


def test_no_cues_no_track(tmp_path, timeline):
    assert write_tracks(timeline.evolve(captions={"en": (), "hi": HINDI}), tmp_path)[0].language == "hin"
    assert open_tracks(()) == ([], {})

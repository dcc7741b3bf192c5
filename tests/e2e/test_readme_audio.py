"""The README's commands that make a video from a song and from a recorded voice are run here."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sutradhar.providers.media.wav import from_wav, to_wav
from sutradhar.providers.offline.hibari import HibariNarrator
from tests.e2e.test_readme import RECORDING, SONG, begins, colour, env, near, shell
from tests.media.songs import make_song

__all__ = ["env"]


def test_a_video_from_a_recorded_voice(env: dict[str, str], tmp_path: Path) -> None:
    """The images change in the pause between two sentences, whose words are heard when their captions appear."""
    sentences = ("The keeper climbed the narrow stairs every evening.", "Three boats lay safe in the little harbour.")
    first, second = (HibariNarrator().narrate(sentence, "en", "F") for sentence in sentences)
    pause_sec = 1.2
    parts: list[Any] = [
        np.zeros(3 * 48_000),
        from_wav(first.wav)[0],
        np.zeros(round(pause_sec * 48_000)),
        from_wav(second.wav)[0],
    ]
    (tmp_path / "voice.wav").write_bytes(to_wav(np.round(np.concatenate(parts) * 32767).astype("<i2")))
    encode = ["ffmpeg", "-v", "error", "-i", "voice.wav", "my-recording.m4a"]
    subprocess.run(encode, cwd=tmp_path, check=True)
    (tmp_path / "my-text.txt").write_text("\n".join(sentences))
    (tmp_path / "shown").mkdir()
    for name, color in (("2.png", "red"), ("10.png", "blue")):
        Image.new("RGB", (320, 180), color).save(tmp_path / "shown" / name)
    (command,) = begins(RECORDING)
    here = command.replace("my-", f"{tmp_path}/my-").replace("out/voice", env["OUT"])
    done = shell(f"{here} --clips {tmp_path}/shown --mode PROXY", env)
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert "begins with 2." in done.stderr
    summary = json.loads((Path(env["OUT"]) / "job_summary.json").read_text())
    assert all(f["ok"] for f in summary["findings"])
    cues = [
        line.split(" --> ") for line in (Path(env["OUT"]) / "captions.en.vtt").read_text().splitlines() if "-->" in line
    ]
    first_start, second_start = seconds_of(cues[0][0]), seconds_of(cues[-1][0])
    apart = first.samples / 48_000 + pause_sec + second.words[0].start - first.words[0].start
    assert second_start - first_start == pytest.approx(apart, abs=0.12)
    cut = second_start - pause_sec / 2
    video = Path(env["OUT"]) / "video.mp4"
    assert near(colour(video, cut - 0.5, 0.5, 0.1), (254, 0, 0))
    assert near(colour(video, cut + 0.5, 0.5, 0.1), (0, 0, 254))


def test_a_video_from_a_song(env: dict[str, str], tmp_path: Path) -> None:
    song = make_song(120, ("morning light on the water", "we sail away together"))
    song.write_mp3(tmp_path / "song.mp3")
    (tmp_path / "song.lrc").write_text(song.write_lrc())
    (tmp_path / "Pictures").mkdir()
    for name, color in (("1.png", "red"), ("2.png", "blue")):
        Image.new("RGB", (320, 180), color).save(tmp_path / "Pictures" / name)
    (command,) = begins(SONG)
    here = re.sub(r"song\.mp3|song\.lrc|Pictures", lambda name: f"{tmp_path}/{name[0]}", command)
    done = shell(f"{here.replace('out/song', env['OUT'])} --mode PROXY", env)
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert (Path(env["OUT"]) / "captions.en.srt").exists()


def seconds_of(time: str) -> float:
    hours, minutes, seconds = time.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)

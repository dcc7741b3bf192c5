from pathlib import Path

import pytest

from gpu_renderer import ffmpeg
from gpu_renderer.encoders import PROFILES, Profile, argv, prove
from gpu_renderer.join import argv as join_argv
from sutradhar.domain.errors import RenderError

QUIET = ["-hide_banner", "-nostats", "-loglevel", "error", "-y"]


def test_argv_of_a_final_segment():
    found = argv(PROFILES["FINAL"], width=1920, height=1080, fps=30, threads=1, output=Path("out.mp4"))
    assert found[0] == ffmpeg.program("ffmpeg")
    assert found[1:] == [
        "-f", "rawvideo", "-framerate", "30", "-pix_fmt", "yuv420p", "-protocol_whitelist", "pipe", "-s", "1920x1080",
        "-i", "pipe:0", "-f", "mp4", "-c:v", "libx264", "-color_primaries", "bt709", "-color_range", "tv",
        "-color_trc", "bt709", "-colorspace", "bt709", "-crf", "17", "-flags", "+cgop", "-g", "240",
        "-movie_timescale", "48000",
        "-pix_fmt", "yuv420p", "-preset", "veryfast", "-profile:v", "high", "-threads", "1",
        "-video_track_timescale", "15360", "out.mp4", *QUIET,
    ]  # fmt: skip


def test_a_proxy_is_five_steps_coarser_and_quicker_than_the_film():
    final, proxy = (dict(PROFILES[mode].quality) for mode in ("FINAL", "PROXY"))
    assert int(proxy["crf"]) >= int(final["crf"]) + 5
    assert proxy["preset"] == "superfast"


def test_the_arguments_in_the_key_are_those_of_the_encoder_without_its_threads():
    profile = PROFILES["FINAL"]
    found = argv(profile, width=64, height=64, fps=25, threads=3, output=Path("o.mp4"))
    inside = " ".join(profile.arguments(25))
    assert "-threads" not in inside
    for name, value in profile.options(25).items():
        assert f"-{name} {value}" in inside
        assert f"-{name} {value}" in " ".join(found)


def test_join_argv():
    found = join_argv(Path("list.txt"), Path("sound.m4a"), Path("film.mp4"))
    assert found[1:] == [
        "-f", "concat", "-protocol_whitelist", "file", "-safe", "0", "-i", "list.txt",
        "-protocol_whitelist", "file", "-i", "sound.m4a", "-map", "0:v:0", "-map", "1:a:0", "-f", "mp4", "-c", "copy",
        "-map_metadata", "-1", "-movflags", "+faststart", "-movie_timescale", "48000", "film.mp4", *QUIET,
    ]  # fmt: skip


@pytest.mark.parametrize("mode", ["PROXY", "FINAL"])
def test_the_proof_passes_where_the_encoder_works_and_leaves_nothing(mode, tmp_path):
    prove(PROFILES[mode], width=320, height=180, fps=30, workdir=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_proof_fails_with_the_encoders_own_words(tmp_path):
    broken = Profile("libx264", (("preset", "no-such-preset"),))
    with pytest.raises(RenderError, match="no-such-preset") as caught:
        prove(broken, width=1920, height=1080, fps=30, workdir=tmp_path)
    assert caught.value.stage == "picture"
    assert "libx264" in caught.value.advice

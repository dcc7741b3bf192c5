import os
from itertools import pairwise
from pathlib import Path

import pytest

from gpu_renderer.core import ffmpeg_process
from gpu_renderer.encode import encoders
from gpu_renderer.encode.encoders import (
    Profile,
    build_profile,
    encode_command,
    explain_refusal,
    list_candidates,
    probe_encoder,
    select_encoder,
)
from gpu_renderer.mux.concat import join_command
from gpu_renderer.mux.subtitles import SubtitleTrack
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.render_settings import RendererSettings

QUIET = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-y"]
READS = [
    "-f",
    "rawvideo",
    "-framerate",
    "30",
    "-pix_fmt",
    "yuv420p",
    "-protocol_whitelist",
    "pipe",
    "-s",
    "1920x1080",
    "-i",
    "pipe:0",
]
TAGS = {"-color_primaries": "bt709", "-color_range": "tv", "-color_trc": "bt709", "-colorspace": "bt709"}
DEFAULT = RendererSettings()


def golden(codec, mode, settings=DEFAULT) -> dict[str, str]:
    """The options between input and output, by name."""
    found = encode_command(
        build_profile(codec, mode, settings), width=1920, height=1080, fps=30, output=Path("out.mp4")
    )
    assert found[0] == ffmpeg_process.find_program("ffmpeg")
    assert found[1 : 1 + len(READS)] == READS
    assert found[-7:] == ["out.mp4", *QUIET]
    options = found[1 + len(READS) : -7]
    assert len(options) == 2 * len(set(options[::2]))
    return dict(zip(options[::2], options[1::2], strict=True))


STREAM = {
    "-f": "mp4",
    "-flags": "+cgop",
    "-g": "240",
    "-movie_timescale": "48000",
    "-pix_fmt": "yuv420p",
    "-video_track_timescale": "15360",
    **TAGS,
}
X264 = {"-c:v": "libx264", "-profile:v": "high", "-threads": "1"}
NVENC = {"-tune": "hq", "-rc": "vbr", "-forced-idr": "1"}
CAREFUL = {
    "-multipass": "qres",
    "-spatial-aq": "1",
    "-temporal-aq": "1",
    "-rc-lookahead": "20",
    "-bf": "3",
    "-b_ref_mode": "middle",
}
CAPS = {"-maxrate": "40M", "-bufsize": "80M"}


@pytest.mark.parametrize(
    ("codec", "mode", "expected"),
    [
        (
            "libx264",
            "FINAL",
            {**X264, **CAPS, "-preset": "veryfast", "-crf": "17", "-trellis": "1", "-rc-lookahead": "8"},
        ),
        ("libx264", "PROXY", {**X264, "-preset": "ultrafast", "-crf": "23"}),
        (
            "h264_nvenc",
            "FINAL",
            {
                **NVENC,
                **CAREFUL,
                **CAPS,
                "-c:v": "h264_nvenc",
                "-profile:v": "high",
                "-preset": "p6",
                "-cq": "18",
                "-b:v": "20M",
            },
        ),
        (
            "h264_nvenc",
            "PROXY",
            {**NVENC, "-c:v": "h264_nvenc", "-profile:v": "high", "-preset": "p2", "-cq": "23", "-b:v": "0"},
        ),
        (
            "hevc_nvenc",
            "FINAL",
            {
                **NVENC,
                **CAREFUL,
                **CAPS,
                "-c:v": "hevc_nvenc",
                "-profile:v": "main",
                "-preset": "p6",
                "-cq": "18",
                "-b:v": "20M",
                "-tag:v": "hvc1",
            },
        ),
    ],
)
def test_argv_of_a_segment(codec, mode, expected):
    assert golden(codec, mode) == STREAM | expected


def test_settings_reach_the_argv():
    settings = RendererSettings(cq=20, vbr_target="9M", maxrate="12M", bufsize="24M", preset="p4", gop=48)
    found = golden("h264_nvenc", "FINAL", settings)
    assert (found["-cq"], found["-b:v"], found["-maxrate"], found["-bufsize"]) == ("20", "9M", "12M", "24M")
    assert (found["-preset"], found["-g"]) == ("p4", "48")
    # a preset of the other encoder's is not for this one
    assert golden("libx264", "FINAL", settings)["-preset"] == "veryfast"
    assert golden("libx264", "FINAL", RendererSettings(preset="medium"))["-preset"] == "medium"


def test_a_lower_cq_is_a_lower_crf_within_what_x264_takes():
    crf = [int(golden("libx264", "FINAL", RendererSettings(cq=cq))["-crf"]) for cq in range(52)]
    assert all(0 <= a <= b <= 51 for a, b in pairwise(crf))
    assert golden("libx264", "PROXY", RendererSettings(cq=51))["-crf"] <= "51"


def test_the_arguments_in_the_key_are_those_of_the_encoder():
    for codec in ("libx264", "h264_nvenc"):
        chosen = build_profile(codec, "FINAL", DEFAULT)
        inside = " ".join(chosen.arguments(25))
        found = " ".join(encode_command(chosen, width=64, height=64, fps=25, output=Path("o.mp4")))
        for name, value in chosen.options(25).items():
            assert f"-{name} {value}" in inside
            assert f"-{name} {value}" in found


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("ffmpeg ended with 1: [h264_nvenc @ 0x55] Cannot load libcuda.so.1 | Error", "no NVIDIA graphics card"),
        ("ffmpeg ended with 1: [hevc_nvenc @ 0x7f3] No capable devices found", "no NVIDIA graphics card"),
        ("ffmpeg ended with 1: [libx264 @ 0x55eb5450ccc0] bad preset", "ffmpeg ended with 1: libx264: bad preset"),
    ],
)
def test_a_refused_encoder_is_explained_without_addresses(said: str, reason: str):
    assert reason in explain_refusal(said)
    assert "0x" not in explain_refusal(said)


def test_every_nvenc_option_is_one_that_this_ffmpeg_knows():
    for codec in ("h264_nvenc", "hevc_nvenc"):
        said = ffmpeg_process.run(
            [ffmpeg_process.find_program("ffmpeg"), "-hide_banner", "-h", f"encoder={codec}"], stage="test"
        ).stdout
        if b"is not recognized" in said:
            (pytest.fail if os.environ.get("CI") else pytest.skip)("this ffmpeg is built without NVENC")
        general = {"profile:v", "b:v", "maxrate", "bufsize", "bf", "tag:v"}
        for name, _ in build_profile(codec, "FINAL", DEFAULT).quality:
            assert name in general or f"  -{name} ".encode() in said


@pytest.mark.parametrize(
    ("settings", "order"),
    [
        (RendererSettings(), ["h264_nvenc", "libx264"]),
        (RendererSettings(fast_path=False), ["libx264"]),
        (RendererSettings(encoder="libx264"), ["libx264"]),
        (RendererSettings(encoder="hevc_nvenc", fast_path=False), ["hevc_nvenc", "libx264"]),
    ],
)
def test_which_encoders_are_tried(settings, order):
    assert list(list_candidates(settings)) == order


def test_an_encoder_that_fails_its_proof_is_passed_over_and_says_why(tmp_path, monkeypatch):
    tried = []

    def fails(chosen, **_size):
        tried.append(chosen.codec)
        raise RenderError("Cannot load libcuda.so.1", stage="picture")

    monkeypatch.setattr(encoders, "probe_encoder", fails)
    monkeypatch.setattr(encoders, "_refusals", {})
    size = {"width": 320, "height": 180, "fps": 30, "workdir": tmp_path}
    chosen = select_encoder(RendererSettings(encoder="hevc_nvenc"), "FINAL", **size)
    assert (chosen.profile.codec, chosen.requested, tried) == ("libx264", "hevc_nvenc", ["hevc_nvenc"])
    assert "libcuda" in chosen.reason
    assert select_encoder(RendererSettings(encoder="hevc_nvenc"), "FINAL", **size) == chosen
    assert tried == ["hevc_nvenc"]  # once a process is enough


def test_an_encoder_that_passes_its_proof_is_taken(tmp_path, monkeypatch):
    monkeypatch.setattr(encoders, "probe_encoder", lambda *_args, **_size: None)
    monkeypatch.setattr(encoders, "_refusals", {})
    size = {"width": 320, "height": 180, "fps": 30, "workdir": tmp_path}
    chosen = select_encoder(RendererSettings(encoder="h264_nvenc"), "FINAL", **size)
    assert (chosen.profile.codec, chosen.reason) == ("h264_nvenc", "as asked")
    assert select_encoder(RendererSettings(), "PROXY", **size).profile.codec == "h264_nvenc"
    assert select_encoder(RendererSettings(fast_path=False), "PROXY", **size).profile.codec == "libx264"


def test_join_argv():
    found = join_command(Path("sound.m4a"), Path("film.mp4"))
    assert found[1:] == [
        "-f",
        "concat",
        "-protocol_whitelist",
        "file,pipe",
        "-safe",
        "0",
        "-i",
        "segments.txt",
        "-protocol_whitelist",
        "file,pipe",
        "-i",
        "file:sound.m4a",
        "-map",
        "0:v:0",
        "-map",
        "1:a:0",
        "-f",
        "mp4",
        "-c",
        "copy",
        "-map_metadata",
        "-1",
        "-movflags",
        "+faststart",
        "-movie_timescale",
        "48000",
        "film.mp4",
        *QUIET,
    ]


def test_join_argv_with_caption_tracks():
    tracks = (SubtitleTrack(Path("en.srt"), "eng"), SubtitleTrack(Path("hi.srt"), "hin"))
    found = " ".join(join_command(Path("sound.m4a"), Path("film.mp4"), tracks))
    assert "-i file:en.srt" in found
    assert "-map 0:v:0 -map 1:a:0 -map 2:s:0 -map 3:s:0" in found
    assert "-c copy -c:s mov_text" in found
    assert "-metadata:s:s:0 language=eng -metadata:s:s:1 language=hin" in found


@pytest.mark.parametrize("mode", ["PROXY", "FINAL"])
def test_the_proof_passes_where_the_encoder_works_and_leaves_nothing(mode, tmp_path):
    probe_encoder(build_profile("libx264", mode, DEFAULT), width=320, height=180, fps=30, workdir=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_proof_fails_with_the_encoders_own_words(tmp_path):
    broken = Profile("libx264", (("preset", "no-such-preset"),))
    with pytest.raises(RenderError, match="no-such-preset") as caught:
        probe_encoder(broken, width=1920, height=1080, fps=30, workdir=tmp_path)
    assert caught.value.stage == "picture"
    assert "libx264" in caught.value.advice

import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from gpu_renderer.core import ffmpeg_process
from gpu_renderer.encode.encoders import (
    EncoderSelection,
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
from sutradhar.domain.plan.choices import Codec, RenderMode
from sutradhar.domain.video.render_settings import RendererSettings

QUIET = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-y"]
READS = [
    "-f",
    "rawvideo",
    *("-color_primaries", "bt709", "-color_range", "tv", "-color_trc", "bt709", "-colorspace", "bt709"),
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


def read_options(codec: Codec, mode: RenderMode, settings: RendererSettings = DEFAULT) -> dict[str, str]:
    """Return the options between input and output by name."""
    command = encode_command(
        build_profile(codec, mode, settings), width=1920, height=1080, fps=30, output=Path("out.mp4")
    )
    assert command[0] == ffmpeg_process.find_program("ffmpeg")
    assert command[1 : 1 + len(READS)] == READS
    assert command[-7:] == ["out.mp4", *QUIET]
    options = command[1 + len(READS) : -7]
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
FINAL_FIELDS = (
    "mbtree=1:rc-lookahead=6:b-adapt=0:bframes=2:aq-strength=0.6:weightp=0:scenecut=0:direct=temporal:me=hex:trellis=1"
)
PROXY_FIELDS = "bframes=2:aq-mode=1:8x8dct=1"
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
            {**X264, **CAPS, "-preset": "superfast", "-crf": "17.5", "-x264-params": FINAL_FIELDS},
        ),
        ("libx264", "PROXY", {**X264, "-preset": "ultrafast", "-crf": "26.25", "-x264-params": PROXY_FIELDS}),
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
def test_command_of_a_segment(codec: Codec, mode: RenderMode, expected: dict[str, str]) -> None:
    assert read_options(codec, mode) == STREAM | expected


def test_settings_reach_the_command() -> None:
    settings = RendererSettings(cq=20, vbr_target="9M", maxrate="12M", bufsize="24M", preset="p4", gop=48)
    same = settings.evolve(preset=None)
    command = read_options("h264_nvenc", "FINAL", settings)
    assert (command["-cq"], command["-b:v"], command["-maxrate"], command["-bufsize"]) == ("20", "9M", "12M", "24M")
    assert (command["-preset"], command["-g"]) == ("p4", "48")
    # a preset of the other encoder's is not for this one
    assert read_options("libx264", "FINAL", settings) == read_options("libx264", "FINAL", same)


def test_a_preset_of_the_user_is_x264s_own_at_the_crf_of_the_settings() -> None:
    for preset in ("superfast", "faster", "medium", "slow"):
        command = read_options("libx264", "FINAL", RendererSettings(preset=preset, cq=21))
        assert command == STREAM | X264 | CAPS | {"-preset": preset, "-crf": "21"}
        first_look = read_options("libx264", "PROXY", RendererSettings(preset=preset, cq=21))
        assert first_look == STREAM | X264 | {"-preset": preset, "-crf": "26"}


def test_a_lower_cq_is_a_lower_crf_within_what_x264_takes() -> None:
    crf = [float(read_options("libx264", "FINAL", RendererSettings(cq=cq))["-crf"]) for cq in range(52)]
    assert all(0 <= a <= b <= 51 for a, b in pairwise(crf))
    assert float(read_options("libx264", "PROXY", RendererSettings(cq=51))["-crf"]) <= 51


def test_the_arguments_in_the_key_are_those_of_the_encoder() -> None:
    for codec in ("libx264", "h264_nvenc"):
        chosen = build_profile(codec, "FINAL", DEFAULT)
        inside = " ".join(chosen.arguments(25))
        command = " ".join(encode_command(chosen, width=64, height=64, fps=25, output=Path("o.mp4")))
        for name, value in chosen.options(25).items():
            assert f"-{name} {value}" in inside
            assert f"-{name} {value}" in command


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [
        ("ffmpeg ended with 1: [h264_nvenc @ 0x55] Cannot load libcuda.so.1 | Error", "no NVIDIA graphics card"),
        ("ffmpeg ended with 1: [hevc_nvenc @ 0x7f3] No capable devices found", "no NVIDIA graphics card"),
        ("ffmpeg ended with 1: [libx264 @ 0x55eb5450ccc0] bad preset", "ffmpeg ended with 1: libx264: bad preset"),
    ],
)
def test_a_refused_encoder_is_explained_without_addresses(stderr: str, reason: str) -> None:
    assert reason in explain_refusal(stderr)
    assert "0x" not in explain_refusal(stderr)


def test_every_nvenc_option_is_one_that_this_ffmpeg_knows() -> None:
    for codec in ("h264_nvenc", "hevc_nvenc"):
        stderr = ffmpeg_process.run(
            [ffmpeg_process.find_program("ffmpeg"), "-hide_banner", "-h", f"encoder={codec}"], stage="test"
        ).stdout
        if b"is not recognized" in stderr:
            (pytest.fail if os.environ.get("CI") else pytest.skip)("this ffmpeg is built without NVENC")
        general = {"profile:v", "b:v", "maxrate", "bufsize", "bf", "tag:v"}
        for name, _ in build_profile(codec, "FINAL", DEFAULT).quality:
            assert name in general or f"  -{name} ".encode() in stderr


@pytest.mark.parametrize(
    ("settings", "order"),
    [
        (RendererSettings(), ["h264_nvenc", "libx264"]),
        (RendererSettings(fast_path=False), ["libx264"]),
        (RendererSettings(encoder="libx264"), ["libx264"]),
        (RendererSettings(encoder="hevc_nvenc", fast_path=False), ["hevc_nvenc", "libx264"]),
    ],
)
def test_which_encoders_are_tried(settings: RendererSettings, order: list[str]) -> None:
    assert list(list_candidates(settings)) == order


@pytest.fixture
def ffmpeg_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Put an ffmpeg on PATH that lacks hevc_nvenc, has all other encoders, and logs its arguments to the given file."""
    log, script = tmp_path / "log", tmp_path / "bin" / "ffmpeg"
    script.parent.mkdir()
    script.write_text(
        f"""#!/bin/sh
echo "$*" >> {log}
case "$*" in *hevc_nvenc*) echo "Cannot load libcuda.so.1" >&2; exit 1;; esac
cat > /dev/null
"""
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(script.parent), prepend=os.pathsep)
    ffmpeg_process.find_program.cache_clear()
    yield log
    ffmpeg_process.find_program.cache_clear()


def test_an_encoder_that_fails_its_probe_is_passed_over_and_says_why(tmp_path: Path, ffmpeg_log: Path) -> None:
    def select() -> EncoderSelection:
        settings = RendererSettings(encoder="hevc_nvenc")
        return select_encoder(settings, "FINAL", width=322, height=182, fps=24, workdir=tmp_path)

    selection = select()
    assert (selection.profile.codec, selection.requested) == ("libx264", "hevc_nvenc")
    assert "no NVIDIA graphics card" in selection.reason
    assert select() == selection
    (tried,) = ffmpeg_log.read_text().splitlines()  # one probe for each process is enough
    assert "hevc_nvenc" in tried


def test_an_encoder_that_passes_its_probe_is_chosen(tmp_path: Path, ffmpeg_log: Path) -> None:
    def select(settings: RendererSettings, mode: RenderMode) -> EncoderSelection:
        return select_encoder(settings, mode, width=324, height=184, fps=24, workdir=tmp_path)

    selection = select(RendererSettings(encoder="h264_nvenc"), "FINAL")
    assert (selection.profile.codec, selection.reason) == ("h264_nvenc", "as asked")
    assert "h264_nvenc" in ffmpeg_log.read_text()
    assert select(RendererSettings(), "PROXY").profile.codec == "h264_nvenc"
    assert select(RendererSettings(fast_path=False), "PROXY").profile.codec == "libx264"


def test_join_command() -> None:
    command = join_command(Path("sound.m4a"), Path("video.mp4"))
    assert command[1:] == [
        "-f",
        "concat",
        "-codec_whitelist",
        "none",
        "-protocol_whitelist",
        "file,pipe",
        "-safe",
        "0",
        "-i",
        "segments.txt",
        "-codec_whitelist",
        "none",
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
        "video.mp4",
        "-progress",
        "pipe:1",
        *QUIET,
    ]


def test_join_command_with_caption_tracks() -> None:
    tracks = (SubtitleTrack(Path("en.srt"), "eng"), SubtitleTrack(Path("hi.srt"), "hin"))
    command = " ".join(join_command(Path("sound.m4a"), Path("video.mp4"), tracks))
    assert "-i file:en.srt" in command
    assert "-map 0:v:0 -map 1:a:0 -map 2:s:0 -map 3:s:0" in command
    assert "-c copy -c:s mov_text" in command
    assert "-metadata:s:s:0 language=eng -metadata:s:s:1 language=hin" in command


@pytest.mark.parametrize("mode", ["PROXY", "FINAL"])
def test_the_probe_passes_where_the_encoder_works_and_leaves_nothing(mode: RenderMode, tmp_path: Path) -> None:
    probe_encoder(build_profile("libx264", mode, DEFAULT), width=320, height=180, fps=30, workdir=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_probe_fails_with_the_encoders_own_words(tmp_path: Path) -> None:
    broken = Profile("libx264", (("preset", "no-such-preset"),))
    with pytest.raises(RenderError, match="no-such-preset") as caught:
        probe_encoder(broken, width=1920, height=1080, fps=30, workdir=tmp_path)
    assert caught.value.stage == "picture"
    assert "libx264" in caught.value.advice


def test_large_frames_are_encoded_with_fewer_frames_in_memory() -> None:
    """Each frame that x264 looks ahead takes 27 MB in 4K; a lower CRF makes up for the fewer of them."""
    small, large = (dict(build_profile("libx264", "FINAL", DEFAULT, pixels=9 * n * 16 * n).quality) for n in (160, 161))
    assert small == dict(build_profile("libx264", "FINAL", DEFAULT).quality)
    fields = small["x264-params"].replace("ahead=6", "ahead=5") + ":b-pyramid=none"
    assert large == {**small, "crf": "16.5", "x264-params": fields}
    for changed in ({"preset": "medium"}, {"preset": "veryfast"}):
        settings = DEFAULT.evolve(**changed)
        named = [build_profile("libx264", "FINAL", settings, pixels=pixels) for pixels in (1, 3840 * 2160)]
        assert named[0] == named[1], "a preset that the user names is as it is"
    proxies = [build_profile("libx264", "PROXY", DEFAULT, pixels=pixels) for pixels in (1, 3840 * 2160)]
    assert proxies[0] == proxies[1]

import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest

from gpu_renderer.encode.encoders import build_profile, encode_command
from sutradhar.domain.video.render_settings import RendererSettings

SIZE, FRAMES = 64, 3


@pytest.mark.parametrize("program", [None, imageio_ffmpeg.get_ffmpeg_exe()], ids=["Debian's ffmpeg", "ffmpeg 9"])
def test_colours_are_tagged_and_not_converted_by_any_ffmpeg(program: str | None, tmp_path: Path) -> None:
    planes = (bytes([100]), SIZE * SIZE), (bytes([90]), SIZE * SIZE // 4), (bytes([200]), SIZE * SIZE // 4)
    frame = b"".join(value * count for value, count in planes)
    segment = tmp_path / "segment.mp4"
    profile = build_profile("libx264", "FINAL", RendererSettings())
    command = encode_command(profile, width=SIZE, height=SIZE, fps=30, output=segment)
    encoder = [program or command[0], *command[1:]]
    subprocess.run(encoder, input=frame * FRAMES, check=True)

    shown = "stream=color_range,color_space,color_primaries,color_transfer"
    probe = ["ffprobe", "-v", "error", "-show_entries", shown, "-of", "csv=p=0", str(segment)]
    assert subprocess.run(probe, capture_output=True, text=True, check=True).stdout.strip() == "tv,bt709,bt709,bt709"
    decode = ["ffmpeg", "-v", "error", "-i", str(segment), "-pix_fmt", "yuv420p", "-f", "rawvideo", "-"]
    decoded = subprocess.run(decode, capture_output=True, check=True).stdout[: len(frame)]
    assert max(abs(a - b) for a, b in zip(decoded, frame, strict=True)) <= 1

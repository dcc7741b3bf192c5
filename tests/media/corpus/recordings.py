"""Videos of phones, cameras, recorders, browsers, calls and editors: red at first, green from the middle on."""

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.media.corpus.registry import At, Refused, Taken, entry

RED, GREEN = (200, 40, 40), (40, 170, 60)
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
AAC = ("-c:a", "aac")
SIZE = (320, 180)


def ffmpeg(*args: str) -> bytes:
    """Run ffmpeg and return what it writes to stdout."""
    return subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *args], check=True, capture_output=True).stdout


def two_colours(seconds: float = 2, size: tuple[int, int] = SIZE, rate: str = "25") -> list[str]:
    """Return ffmpeg's arguments for a video of two colours and a tone of ``seconds``."""
    parts = ";".join(
        f"color=0x{bytes(colour).hex()}:s={size[0]}x{size[1]}:r={rate}:d={seconds / 2}[{name}]"
        for colour, name in ((RED, "a"), (GREEN, "b"))
    )
    return ["-f", "lavfi", "-i", f"{parts};[a][b]concat", "-f", "lavfi", "-i", f"sine=f=440:d={seconds}:r=48000"]


def expect_colours(seconds: float = 2, within: int = 12) -> tuple[At, ...]:
    """Return the colours near the beginning, around the change, and at the end of ``two_colours``."""
    return (
        At(0.5, 0.5, RED, 0.1, within),
        At(0.2, 0.8, RED, seconds / 2 - 0.15, within),
        At(0.8, 0.2, GREEN, seconds / 2 + 0.15, within),
        At(0.5, 0.5, GREEN, seconds - 0.1, within),
    )


def expect_video(
    seconds: float = 2, size: tuple[int, int] = SIZE, *, within: int = 12, audio: bool | None = True, notice: str = ""
) -> Taken:
    return Taken("video", size, seconds, has_audio=audio, colours=expect_colours(seconds, within), notice=notice)


def encode(*options: str, size: tuple[int, int] = SIZE, rate: str = "25", seconds: float = 2) -> Callable[[Path], None]:
    """Return a writer of a video that ffmpeg encodes with ``options``."""
    return lambda path: void(ffmpeg(*two_colours(seconds, size, rate), *options, str(path)))


def void(_: object) -> None: ...


MPEG2 = ("-c:v", "mpeg2video", "-b:v", "4M")
SIMPLE: Sequence[tuple[str, str, Taken, Callable[[Path], None]]] = (
    ("VID_20260101.mp4", "Android camera: H.264, AAC", expect_video(), encode(*X264, *AAC, "-movflags", "+faststart")),
    (
        "VID-WA0001.mp4",
        "messenger: H.264 baseline, mono",
        expect_video(),
        encode(*X264, "-profile:v", "baseline", "-ac", "1"),
    ),
    (
        "obs.mkv",
        "OBS: Matroska, two sound tracks",
        expect_video(),
        encode(*X264, *AAC, "-map", "0", "-map", "1", "-map", "1"),
    ),
    (
        "handycam.avi",
        "digital camera: Motion JPEG, PCM",
        expect_video(),
        encode("-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p", "-c:a", "pcm_s16le"),
    ),
    (
        "divx.avi",
        "old download: MPEG-4 with B-frames, MP3",
        expect_video(),
        encode("-c:v", "mpeg4", "-vtag", "DIVX", "-bf", "2", "-q:v", "2", "-c:a", "libmp3lame"),
    ),
    ("moviemaker.wmv", "Windows Movie Maker", expect_video(), encode("-c:v", "wmv2", "-q:v", "2", "-c:a", "wmav2")),
    ("stream.flv", "live stream recording", expect_video(), encode(*X264, *AAC)),
    (
        "nokia.3gp",
        "feature phone: H.263, 352x288",
        expect_video(2, (384, 288)),
        encode("-c:v", "h263", "-q:v", "2", "-aspect", "4:3", *AAC, size=(352, 288)),
    ),
    ("broadcast.mxf", "broadcaster: MPEG-2, PCM", expect_video(), encode(*MPEG2, "-c:a", "pcm_s16le")),
    (
        "dvd.vob",
        "DVD, 16:9 in 720x576",
        expect_video(2, (1024, 576)),
        encode(*MPEG2, "-aspect", "16:9", "-c:a", "ac3", "-f", "vob", size=(720, 576)),
    ),
    (
        "tape.dv",
        "camcorder: DV tape, PAL",
        expect_video(2, (768, 576)),
        encode("-target", "pal-dv", "-aspect", "4:3", size=(720, 576)),
    ),
    ("prores.mov", "editor: ProRes 10 bit", expect_video(), encode("-c:v", "prores_ks", "-pix_fmt", "yuv422p10le")),
    ("dashcam.ts", "dashcam: transport stream", expect_video(), encode(*X264, "-c:a", "mp2")),
    ("action.mov", "action camera: time code track", expect_video(), encode(*X264, *AAC, "-timecode", "10:00:00:00")),
    ("film-24.mp4", "camera: 24000/1001", expect_video(), encode(*X264, *AAC, rate="24000/1001")),
    (
        "odd.mkv",
        "screen capture: odd size, 4:4:4",
        expect_video(2, (321, 181)),
        encode("-vf", "scale=321:181,setsar=1,format=yuv444p", "-c:v", "libx264", "-preset", "ultrafast"),
    ),
    ("silent.webm", "animation tool: VP9, no sound", expect_video(audio=False), encode("-c:v", "libvpx-vp9", "-an")),
    (
        "theora.ogv",
        "old wiki video",
        expect_video(within=16),
        encode("-c:v", "libtheora", "-q:v", "9", "-c:a", "libvorbis"),
    ),
    (
        "fragmented.mp4",
        "browser or CMAF: fragments",
        expect_video(),
        encode(*X264, *AAC, "-g", "10", "-movflags", "+frag_keyframe+empty_moov+default_base_moof"),
    ),
)
for name, source, expected, write in SIMPLE:
    entry(name, source, expected)(write)


@entry("IMG_2001.mov", "phone held upright: rotation flag", expect_video(2, (180, 320)))
def write_upright(path: Path) -> None:
    encode(*X264, *AAC)(path.with_name("level.mov"))
    ffmpeg("-i", str(path.with_name("level.mov")), "-c", "copy", "-metadata:s:v", "rotate=90", str(path))


@entry("IMG_2002.mov", "phone: HEVC 10 bit, HLG", Taken("video", SIZE, 1, has_audio=True))
def write_hdr(path: Path) -> None:
    tags = "log-level=error:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc"
    options = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", tags, "-pix_fmt", "yuv420p10le", "-tag:v")
    encode(*options, "hvc1", *AAC, seconds=1)(path)


@entry("trimmed.mp4", "trimmed on the phone without encoding", expect_video(1.1))
def write_trimmed(path: Path) -> None:
    whole = path.with_name("whole.mp4")
    encode(*X264, *AAC, "-bf", "2", "-g", "250", "-preset", "veryfast", seconds=2)(whole)
    ffmpeg("-ss", "0.5", "-t", "1", "-i", str(whole), "-c", "copy", str(path))


@entry("slides.mp4", "slides exported as a video, 4 s each", expect_video(8, audio=False))
def write_slides(path: Path) -> None:
    for number, colour in enumerate((RED, GREEN)):
        source = f"color=0x{bytes(colour).hex()}:s=320x180:d=0.04:r=25"
        ffmpeg("-f", "lavfi", "-i", source, "-frames:v", "1", str(path.with_name(f"slide{number}.png")))
    ffmpeg("-framerate", "1/4", "-i", str(path.with_name("slide%d.png")), *X264, str(path))


@entry(
    "sound-longer.mp4",
    "editor: the video track ends before its audio",
    Taken("video", SIZE, 5, has_audio=True, colours=(At(0.5, 0.5, RED, 0.1), At(0.5, 0.5, GREEN, 4.9))),
)
def write_longer_audio(path: Path) -> None:
    ffmpeg(*two_colours(2)[:4], "-f", "lavfi", "-i", "sine=d=5", *X264, str(path))


@entry("stood-still.mkv", "screen recorder: a frame when something changes", expect_video(6, audio=False))
def write_stood_still(path: Path) -> None:
    ffmpeg(*two_colours(6)[:4], "-vf", "mpdecimate=max=1000", "-fps_mode", "vfr", *X264, str(path.with_name("a.mp4")))
    held = "setts=duration=if(eq(PTS\\,0)\\,DURATION\\,3000)"
    ffmpeg("-i", str(path.with_name("a.mp4")), "-c", "copy", "-bsf:v", held, str(path))


@entry("recording.webm", "browser MediaRecorder: no length, no index", expect_video())
def write_browser(path: Path) -> None:
    codecs = ("-c:v", "libvpx", "-b:v", "1M", "-g", "30", "-c:a", "libopus")
    path.write_bytes(ffmpeg(*two_colours(), *codecs, "-live", "1", "-f", "webm", "-"))


@entry("call.mkv", "video call: the size changes", expect_video(2, (320, 180), audio=False))
def write_call(path: Path) -> None:
    for number, (colour, size) in enumerate(((RED, "160x90"), (GREEN, "320x180"))):
        source = f"color=0x{bytes(colour).hex()}:s={size}:r=25:d=1"
        ffmpeg("-f", "lavfi", "-i", source, "-c:v", "libvpx", "-b:v", "1M", str(path.with_name(f"{number}.mkv")))
    path.with_name("list").write_text("file 0.mkv\nfile 1.mkv\n")
    ffmpeg("-f", "concat", "-i", str(path.with_name("list")), "-c", "copy", str(path))


@entry("00001.mts", "AVCHD camera: begins inside a group of pictures", Taken("video", SIZE, has_audio=True))
def write_avchd(path: Path) -> None:
    encode(*X264, "-g", "12", "-c:a", "ac3", "-f", "mpegts", "-mpegts_m2ts_mode", "1")(path)
    data = path.read_bytes()
    path.write_bytes(data[len(data) // 192 // 4 * 192 :])


@entry("mirrored.mp4", "front camera: a mirroring matrix", expect_video())
def write_mirrored(path: Path) -> None:
    encode(*X264, *AAC)(path)
    data = bytearray(path.read_bytes())
    at = data.find(b"tkhd") + 4 + 4 + 20 + 8 + 8
    values = (-1 << 16 & 0xFFFFFFFF, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    data[at : at + 36] = b"".join(value.to_bytes(4, "big") for value in values)
    path.write_bytes(data)


@entry("scratched.mp4", "memory card: some damaged bytes", expect_video())
def write_damaged(path: Path) -> None:
    encode(*X264, *AAC, "-g", "5", "-movflags", "+faststart")(path)
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + len(data) // 4
    data[start : start + 20] = b"\x5a" * 20
    path.write_bytes(data)


@entry("half.mp4", "broken download of a streaming MP4", Refused("is incomplete: its end is missing.*send the whole"))
def write_half(path: Path) -> None:
    encode(*X264, *AAC, "-movflags", "+faststart", seconds=8)(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 5])


@entry("unfinished.mp4", "camera that lost its battery: no index", Refused("is incomplete: its end is missing"))
def write_unfinished(path: Path) -> None:
    encode(*X264, *AAC)(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@entry("4k.mp4", "phone: 4K HEVC 10 bit at 60", Taken("video", (3840, 2160), 2.4, has_audio=False), is_large=True)
def write_4k(path: Path) -> None:
    x265 = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:bframes=4:ref=3")
    one = path.with_name("one.mp4")
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=3840x2160:r=60:d=0.4", "-pix_fmt", "yuv420p10le", *x265, str(one))
    path.with_name("list").write_text("file one.mp4\n" * 6)
    ffmpeg("-f", "concat", "-i", str(path.with_name("list")), "-c", "copy", "-tag:v", "hvc1", str(path))

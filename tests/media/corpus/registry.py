"""Keep the list of files, and check one file."""

import hashlib
import importlib
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gpu_renderer.core.frame import Frame
from gpu_renderer.image.clip_player import ClipPlayer, open_clip
from gpu_renderer.image.still import load_image, to_rgb
from sutradhar.domain.assets.requests import UPLOAD_PROVIDER
from sutradhar.domain.assets.specs import UploadSpec, cache_key
from sutradhar.domain.core.errors import InvalidRequest, SutradharError
from sutradhar.domain.plan.upload import MediaInfo, MediaKind
from sutradhar.domain.video.timeline import Camera, Footage, MediaRef, Pose
from sutradhar.domain.video.timeline import Clip as TimelineClip
from sutradhar.media.audio import decode_audio
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.upload_assets import store_asset
from sutradhar.pipeline.uploads import import_file
from sutradhar.ports.providers import ImageFile, VideoFile
from sutradhar.ports.stores import MAX_LEASE


@dataclass(frozen=True)
class Song:
    """Audio as the renderer plays it: (samples, 2) between -1 and 1, at 48 kHz."""

    samples: NDArray[np.float32]


Asset = ImageFile | VideoFile | Song
Pixels = NDArray[np.uint8]
_FPS = 30
_HOLD = Camera(start=Pose(x=0.5, y=0.5, zoom=1), end=Pose(x=0.5, y=0.5, zoom=1))
MODULES = ("images", "colours", "animations", "documents", "recordings", "songs")
"""Modules of this package that have entries; each is imported if it exists."""


@dataclass(frozen=True)
class At:
    """The colour at ``x``, ``y`` (shares of the width and height), ``sec`` seconds into a video."""

    x: float
    y: float
    rgb: tuple[int, int, int]
    sec: float = 0.0
    within: int = 12


@dataclass(frozen=True)
class Taken:
    """The file is accepted. ``notice``: a pattern that a notice matches; "" if there must be no notice."""

    kind: MediaKind
    size: tuple[int, int] = (0, 0)
    seconds: float = 0.0
    within_sec: float = 0.1
    has_audio: bool | None = None
    colours: tuple[At, ...] = ()
    notice: str = ""
    verify: Callable[[Asset], None] | None = None
    """Makes further checks of the asset; raises AssertionError."""


@dataclass(frozen=True)
class Refused:
    """The file is refused in one sentence that matches ``words`` (a pattern)."""

    words: str


@dataclass(frozen=True)
class Entry:
    name: str
    source: str
    """The program or device that makes such files."""
    expected: Taken | Refused
    write: Callable[[Path], None]
    is_large: bool = False
    """True: the test suite leaves it out, because it takes seconds or hundreds of megabytes."""


@dataclass(frozen=True)
class Outcome:
    """The result for one file; ``problems``: differences from the expected result."""

    taken: str
    reason: str
    problems: tuple[str, ...] = ()


ENTRIES: dict[str, Entry] = {}


def entry(
    name: str, source: str, expected: Taken | Refused, *, is_large: bool = False
) -> Callable[[Callable[[Path], None]], Callable[[Path], None]]:
    """Add the function that writes the file ``name`` to the corpus."""

    def add(write: Callable[[Path], None]) -> Callable[[Path], None]:
        assert name not in ENTRIES, name
        ENTRIES[name] = Entry(name, source, expected, write, is_large)
        return write

    return add


def load_entries() -> Sequence[Entry]:
    """Return every entry of every module."""
    for module in MODULES:
        if (Path(__file__).parent / f"{module}.py").exists():
            importlib.import_module(f"tests.media.corpus.{module}")
    return list(ENTRIES.values())


def check(one: Entry, folder: Path, services: Services) -> Outcome:
    """Write the file to ``folder``, upload it, and check what the renderer reads from it."""
    path = folder / one.name
    if not path.exists():
        one.write(path)
    try:
        upload = import_file(services, path)
    except InvalidRequest as exc:
        reason = exc.errors[0].message
        return Outcome("refused", reason, tuple(_find_refusal_problems(one.expected, reason, path)))
    except SutradharError as exc:
        return Outcome("failed", str(exc), (f"{type(exc).__name__}: {exc}",))
    assert upload.facts
    if isinstance(one.expected, Refused):
        return Outcome("taken", _describe(upload.facts), (f"is taken; it should be refused: {one.expected.words}",))
    spec = UploadSpec(kind="music" if upload.facts.kind == "audio" else "image", upload=upload.id)
    asset = _store_used_asset(services, spec)
    problems = [*_find_wrong_facts(one.expected, upload.facts), *_find_wrong_colours(one.expected, asset, folder)]
    if one.expected.verify:
        try:
            one.expected.verify(asset)
        except AssertionError as exc:
            problems.append(str(exc) or "the asset is not as it should be")
    return Outcome("taken", _describe(upload.facts), tuple(problems))


def _store_used_asset(services: Services, spec: UploadSpec) -> Asset:
    """Return the asset that a video gets for the upload in ``spec``."""
    key = cache_key(spec, UPLOAD_PROVIDER)
    stored = store_asset(services, key, spec, services.leases.acquire(key, MAX_LEASE))
    data = services.blobs.get(stored.blob)
    if spec.kind == "music":
        return Song(np.concatenate(list(decode_audio(io.BytesIO(data)))))
    if stored.is_video:
        return VideoFile(data, stored.width, stored.height, stored.provider)
    return ImageFile(data, "image/jpeg", stored.width, stored.height, stored.provider)


def read_samples(song: Song) -> NDArray[np.float64]:
    """Return the samples of ``song`` as (samples, 2) between -1 and 1, at 48 kHz."""
    return song.samples.astype(np.float64)


def read_frame(clip: VideoFile, second: float, folder: Path) -> Pixels:
    """Return the frame (h, w, 3) that the renderer shows of ``clip`` at ``second``."""
    path = folder / "clip-as-rendered"
    path.write_bytes(clip.data)
    sha256, size = hashlib.sha256(clip.data).hexdigest(), (clip.width // 2 * 2, clip.height // 2 * 2)
    frame, index = Frame(*size), round(second * _FPS)
    shown = TimelineClip(
        scene=0,
        start=0,
        frames=index + 1,
        media=MediaRef(blob="b", sha256=sha256),
        camera=_HOLD,
        footage=Footage(),
    )
    player = ClipPlayer(open_clip(path, sha256, 0), shown, size, _FPS)
    try:
        player.draw(index, frame)
    finally:
        player.close()
    return to_rgb(frame)


def read_image(image: ImageFile, folder: Path) -> Pixels:
    """Return the pixels (h, w, 3) that the renderer sees of ``image``."""
    path = folder / "image-as-rendered"
    path.write_bytes(image.data)
    return np.asarray(load_image(path, hashlib.sha256(image.data).hexdigest(), 0))


def _describe(facts: MediaInfo) -> str:
    size = f" {facts.width}x{facts.height}" if facts.width else ""
    length = f" {facts.duration_sec:.2f} s" if facts.duration_sec else ""
    return f"{facts.kind}{size}{length}" + "".join(f"; it {notice}" for notice in facts.notices)


def _find_refusal_problems(expected: Taken | Refused, reason: str, path: Path) -> list[str]:
    if isinstance(expected, Taken):
        return [f"is refused; it should be taken as {expected.kind}"]
    problems = []
    if not re.search(expected.words, reason, re.IGNORECASE):
        problems.append(f"the reason has no {expected.words!r}")
    if str(path.parent) in reason or re.search(r"Traceback|Errno|libav|pydantic|PIL\.|<class", reason):
        problems.append("the reason speaks of our inside")
    if "\n" in reason or len(reason) > 250:
        problems.append("the reason is no single sentence")
    return problems


def _find_wrong_facts(expected: Taken, facts: MediaInfo) -> list[str]:
    problems = []
    if facts.kind != expected.kind:
        problems.append(f"kind {facts.kind}, not {expected.kind}")
    if expected.size not in {(0, 0), (facts.width, facts.height)}:
        problems.append(f"size {facts.width}x{facts.height}, not {expected.size[0]}x{expected.size[1]}")
    if expected.seconds and abs(facts.duration_sec - expected.seconds) > expected.within_sec:
        problems.append(f"{facts.duration_sec:.3f} s, not {expected.seconds:.3f} s")
    if expected.has_audio is not None and facts.has_audio is not expected.has_audio:
        problems.append(f"has_audio {facts.has_audio}, not {expected.has_audio}")
    notices = " ".join(facts.notices)
    if expected.notice and not re.search(expected.notice, notices, re.IGNORECASE):
        problems.append(f"no notice has {expected.notice!r}: {notices!r}")
    if not expected.notice and notices:
        problems.append(f"a notice without a reason: {notices!r}")
    return problems


def _find_wrong_colours(expected: Taken, asset: Asset, folder: Path) -> list[str]:
    problems, frames = [], dict[float, Pixels]()
    for at in expected.colours:
        if at.sec not in frames:
            if isinstance(asset, VideoFile):
                frames[at.sec] = read_frame(asset, at.sec, folder)
            else:
                assert isinstance(asset, ImageFile)
                frames[at.sec] = read_image(asset, folder)
        high, wide = frames[at.sec].shape[:2]
        y, x = min(int(at.y * high), high - 1), min(int(at.x * wide), wide - 1)
        colour = frames[at.sec][max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2].reshape(-1, 3).mean(axis=0)
        if np.abs(colour - at.rgb).max() > at.within:
            shown = tuple(int(value) for value in np.rint(colour))
            problems.append(f"at {at.x}, {at.y} ({at.sec} s) the colour is {shown}, not {at.rgb}")
    return problems

"""What this machine has and lacks, each with the way to get it."""

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import BinaryIO, cast, get_args

from sutradhar import bootstrap
from sutradhar.bootstrap.providers import ConfiguredProviders, read_prices
from sutradhar.config import Settings
from sutradhar.domain.billing.model_table import ChosenModel, ModelState
from sutradhar.domain.billing.price import PriceTable
from sutradhar.domain.core.errors import InvalidRequest, ProviderError
from sutradhar.domain.plan.plan import LANGUAGES, Voice
from sutradhar.domain.plan.upload import MediaKind
from sutradhar.ports.media import MediaReader
from sutradhar.ports.providers import Narrator

MIN_FREE_GB = 2.0
_INSTALL_AGAIN = "install the packages again: .ci/setup"


@dataclass(frozen=True)
class Check:
    name: str
    ok: bool
    detail: str
    advice: str = ""
    needed: bool = True
    """False: videos can be made while this check fails."""
    warning: bool = False
    """True: it works today, but will soon stop working."""


def checks() -> list[Check]:
    """Check what this process can do, for ``/readyz`` and ``sutradhar doctor``."""
    settings, backend = bootstrap.settings(), bootstrap.backend()
    providers = _providers()
    found = [answers("store", lambda: backend.jobs.list_latest(1))]
    if settings.providers.connections:
        found += prices(lambda: providers.models.refuse_unpriced(read_prices(settings)))
    if settings.process.backend == "gcp":
        return [*found, answers("blobs", lambda: backend.blobs.exists("ready"))]
    return [*found, media_files(providers.media), *machine(settings, providers.narrator)]


def provider_checks() -> list[Check]:
    """Check whether each provider accepts its key and has the chosen models; all providers are asked concurrently."""
    from concurrent.futures import ThreadPoolExecutor

    names = list(bootstrap.settings().providers.connections)
    if not names:
        return [no_vendor()]
    registry, models = _providers().registry, _providers().models
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda name: key(name, lambda: registry.check(name)), names))
        accepted = [name for name, check in zip(names, keys, strict=True) if check.ok]
        chosen = [one for one in models.chosen() if one.provider in accepted]
        states = pool.map(lambda one: models.look_up(one.provider, one.model), chosen)
        return [*keys, *(model(*pair, models.today()) for pair in zip(chosen, states, strict=True))]


def _providers() -> ConfiguredProviders:
    """Return the chosen providers without prices: no check pays for a call, and a wrong price table is one finding."""
    return ConfiguredProviders(bootstrap.settings(), bootstrap.backend(), PriceTable(prices=()))


def machine(settings: Settings, narrator: Narrator) -> list[Check]:
    """Disk, renderer and voices. Runs the renderer's own self-check in a process of its own (about 1 s)."""
    folder = settings.providers.whisper_model
    whisper = [_whisper(folder)] if folder else []
    return [_disk(settings.home), *_renderer(settings), *_voices(narrator), _piper(), *whisper]


def answers(name: str, ask: Callable[[], object]) -> Check:
    """Whether what is called ``name`` answers."""
    try:
        ask()
    except Exception as exc:  # the point of a check is to report whatever is wrong
        advice = getattr(exc, "advice", "") or "see SUTRADHAR_HOME"
        return Check(name, ok=False, detail=f"{type(exc).__name__}: {exc}", advice=advice)
    return Check(name, ok=True, detail="answers")


def media_files(reader: MediaReader) -> Check:
    """Open a small video, song and phone photo, and decode each to its end."""
    kinds: dict[str, MediaKind] = {"video.mp4": "video", "song.mp3": "audio", "photo.heic": "image"}
    try:
        for name, kind in kinds.items():
            with files("sutradhar").joinpath("samples", name).open("rb") as file:
                seen = reader.probe(cast("BinaryIO", file)).kind
            if seen != kind:
                return Check("media files", ok=False, detail=f"{name} is read as {seen}", advice=_INSTALL_AGAIN)
    except Exception as exc:  # a check must report every possible fault
        return Check("media files", ok=False, detail=f"cannot open {name}: {exc}", advice=_INSTALL_AGAIN)
    return Check("media files", ok=True, detail="opens a video, a song and a photo of a phone")


def key(vendor: str, ask: Callable[[], object]) -> Check:
    """Whether ``vendor`` takes its key."""
    try:
        ask()
    except ProviderError as exc:
        return Check(f"key of {vendor}", ok=False, detail=str(exc), advice=exc.advice, needed=False)
    return Check(f"key of {vendor}", ok=True, detail="works", needed=False)


def model(chosen: ChosenModel, state: ModelState, today: date) -> Check:
    """Check that the provider has the chosen model, and that the model does not end soon."""
    gone, near = state.is_gone(today), state.days_left(today) is not None
    return Check(
        f"{chosen.kind} model of {chosen.provider}",
        ok=not gone and state.exists is not False and not state.problem,
        detail=state.describe(today),
        advice=chosen.advise(state.successor) if gone or near else "",
        needed=gone,
        warning=near and not gone,
    )


def prices(refuse_unpriced: Callable[[], object]) -> list[Check]:
    """Check that every chosen model has a price."""
    try:
        refuse_unpriced()
    except InvalidRequest as exc:
        found = [(error.path, *error.message.partition(": ")[::2]) for error in exc.errors]
        return [Check(name, ok=False, detail=detail, advice=advice) for name, detail, advice in found]
    return [Check("prices", ok=True, detail="known for every chosen model")]


def no_vendor() -> Check:
    return Check(
        "keys",
        ok=False,
        detail="no provider has a key: everything is made offline",
        needed=False,
        advice="set OPENAI_API_KEY, ELEVENLABS_API_KEY or GEMINI_API_KEY for better makers (docs/providers.md)",
    )


def _disk(home: Path) -> Check:
    there = next(p for p in (home, *home.parents) if p.exists())
    free = shutil.disk_usage(there).free / 1e9
    advice = f"free some space, or set SUTRADHAR_HOME to a larger disk ({MIN_FREE_GB:g} GB are enough)"
    ok = free >= MIN_FREE_GB
    return Check("disk", ok=ok, detail=f"{free:.1f} GB free for {home}", advice="" if ok else advice)


def _voices(narrator: Narrator) -> list[Check]:
    found = []
    for language, voice in product(LANGUAGES, get_args(Voice)):
        there = narrator.speaks(language, voice)
        detail = narrator.maker(language, voice) if there else f"none of {narrator.name} has it"
        advice = "" if there else "apt-get install espeak-ng"
        found.append(Check(f"voice {language} {voice}", ok=there, detail=detail, advice=advice))
    return found


def _piper() -> Check:
    there = importlib.util.find_spec("piper") is not None
    advice = "" if there else "pip install 'sutradhar[piper]' (GPL-3)"
    detail = "installed" if there else "the better English voice M is missing"
    return Check("piper", ok=there, detail=detail, advice=advice, needed=False)


def _whisper(folder: Path) -> Check:
    from sutradhar.providers.alignment.whisper import missing

    problem = missing(folder)
    return Check("whisper", ok=not problem, detail=problem or f"the model in {folder}", needed=False)


def _renderer(settings: Settings) -> list[Check]:
    """Asks the renderer itself, so that what is checked is what will run."""
    argv = [sys.executable, "-m", "gpu_renderer", "--check"]
    done = subprocess.run(argv, capture_output=True, text=True, env=dict(settings.environment), timeout=60, check=False)
    if done.returncode not in (0, 1):
        last = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        return [Check("renderer", ok=False, detail=f"does not start; it said: {last}", advice="pip install -e .")]
    return [Check(**found) for found in json.loads(done.stdout)]

"""Check what this machine has and lacks, and say how to get what is missing."""

import errno
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import BinaryIO, cast, get_args

from sutradhar import bootstrap
from sutradhar.bootstrap.providers import ConfiguredProviders, read_prices
from sutradhar.config import Settings
from sutradhar.destinations.youtube.sign_in import NotSignedIn, SignInFile
from sutradhar.domain.billing.model_table import ChosenModel, ModelState
from sutradhar.domain.billing.price import PriceTable
from sutradhar.domain.core.errors import InvalidRequest, MarkError, ProviderError
from sutradhar.domain.language.table import FACTS, name_language
from sutradhar.domain.language.tags import LANGUAGES, Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.domain.plan.upload import MediaKind
from sutradhar.ports.clock import Clock
from sutradhar.ports.media import MediaReader
from sutradhar.ports.providers import Narrator

MIN_FREE_GB = 2.0
_MAIN_LANGUAGES: Sequence[Language] = ("en", "hi")
_INSTALL_AGAIN = "install the packages again: .ci/setup"


@dataclass(frozen=True)
class Check:
    """The outcome of one check."""

    name: str
    ok: bool
    detail: str
    advice: str = ""
    """The command or the setting that mends it."""
    needed: bool = True
    """False: videos can be made while this check fails."""
    warning: bool = False
    """True: it works today, but will soon stop working."""


def run_checks() -> list[Check]:
    """Check what this process can do, for ``/readyz`` and ``sutradhar doctor``."""
    settings, backend = bootstrap.settings(), bootstrap.backend()
    providers = _providers_without_prices()
    marks = check_marks(settings, backend.clock)
    checks = [check_answer("store", lambda: backend.jobs.list_latest(1)), marks]
    if settings.providers.connections:
        checks += check_prices(lambda: providers.models.refuse_unpriced(read_prices(settings)))
    if settings.process.backend == "gcp":
        return [*checks, check_answer("blobs", lambda: backend.blobs.exists("ready"))]
    return [*checks, check_media_files(providers.media), *check_machine(settings, providers.narrator)]


def run_provider_checks() -> list[Check]:
    """Check whether each provider accepts its key and has the chosen models; all providers are asked concurrently."""
    from concurrent.futures import ThreadPoolExecutor

    names = list(bootstrap.settings().providers.connections)
    if not names:
        return [_report_missing_keys()]
    providers = _providers_without_prices()
    registry, models = providers.registry, providers.models
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda name: check_key(name, lambda: registry.check(name)), names))
        accepted = [name for name, check in zip(names, keys, strict=True) if check.ok]
        chosen_models = [one for one in models.list_chosen() if one.provider in accepted]
        states = pool.map(lambda one: models.look_up(one.provider, one.model), chosen_models)
        return [*keys, *(check_model(*pair, models.today()) for pair in zip(chosen_models, states, strict=True))]


def _providers_without_prices() -> ConfiguredProviders:
    """Return the chosen providers; no check pays for a call, and an unreadable price table must not end the others."""
    return ConfiguredProviders(bootstrap.settings(), bootstrap.backend(), PriceTable(prices=()))


def check_machine(settings: Settings, narrator: Narrator) -> list[Check]:
    """Check the disk, the renderer and the voices.

    The renderer checks itself in a process of its own, which takes about 1 s.
    """
    folder = settings.providers.whisper_model
    whisper = [_check_whisper(folder)] if folder else []
    return [
        _check_disk(settings.home),
        check_temporary_folder(settings.render_task.tmp_workdir or settings.home / "tmp"),
        *_check_renderer(settings),
        *_check_voices(narrator),
        _check_piper(),
        *whisper,
    ]


def check_answer(name: str, ask: Callable[[], object]) -> Check:
    """Check that ``ask`` returns. ``name``: the part of the backend that answers it."""
    try:
        ask()
    except Exception as exc:  # a check must report every possible fault
        advice = getattr(exc, "advice", "") or "see SUTRADHAR_HOME"
        return Check(name, ok=False, detail=f"{type(exc).__name__}: {exc}", advice=advice)
    return Check(name, ok=True, detail="answers")


def check_media_files(reader: MediaReader) -> Check:
    """Open a small video, song and phone photo, and decode each to its end."""
    kinds: dict[str, MediaKind] = {"video.mp4": "video", "song.mp3": "audio", "photo.heic": "image"}
    try:
        for name, kind in kinds.items():
            with files("sutradhar").joinpath("samples", name).open("rb") as file:
                kind_read = reader.probe(cast("BinaryIO", file)).kind
            if kind_read != kind:
                return Check("media files", ok=False, detail=f"{name} is read as {kind_read}", advice=_INSTALL_AGAIN)
    except Exception as exc:  # a check must report every possible fault
        return Check("media files", ok=False, detail=f"cannot open {name}: {exc}", advice=_INSTALL_AGAIN)
    return Check("media files", ok=True, detail="opens a video, a song and a photo of a phone")


def check_key(provider: str, ask: Callable[[], object]) -> Check:
    """Check that ``provider`` accepts its key. ``ask``: calls the provider for nothing."""
    try:
        ask()
    except ProviderError as exc:
        return Check(f"key of {provider}", ok=False, detail=str(exc), advice=exc.advice, needed=False)
    return Check(f"key of {provider}", ok=True, detail="works", needed=False)


def check_model(chosen: ChosenModel, state: ModelState, today: date) -> Check:
    """Check that the provider has the chosen model, and that the model does not end soon."""
    is_gone, ends_soon = state.is_gone(today), state.days_left(today) is not None
    return Check(
        f"{chosen.kind} model of {chosen.provider}",
        ok=not is_gone and state.exists is not False and not state.problem,
        detail=state.describe(today),
        advice=chosen.advise(state.successor) if is_gone or ends_soon else "",
        needed=is_gone,
        warning=ends_soon and not is_gone,
    )


def check_prices(refuse_unpriced: Callable[[], object]) -> list[Check]:
    """Check that every chosen model has a price. ``refuse_unpriced`` raises InvalidRequest if one has none."""
    try:
        refuse_unpriced()
    except InvalidRequest as exc:
        parts = [(error.path, *error.message.partition(": ")[::2]) for error in exc.errors]
        return [Check(name, ok=False, detail=detail, advice=advice) for name, detail, advice in parts]
    return [Check("prices", ok=True, detail="known for every chosen model")]


def _report_missing_keys() -> Check:
    return Check(
        "keys",
        ok=False,
        detail="no provider has a key: everything is made offline",
        needed=False,
        advice="set OPENAI_API_KEY, ELEVENLABS_API_KEY or GEMINI_API_KEY for better providers (docs/providers.md)",
    )


def _check_disk(home: Path) -> Check:
    folder = next(p for p in (home, *home.parents) if p.exists())
    free = shutil.disk_usage(folder).free / 1e9
    advice = f"free some space, or set SUTRADHAR_HOME to a larger disk ({MIN_FREE_GB:g} GB are enough)"
    ok = free >= MIN_FREE_GB
    return Check("disk", ok=ok, detail=f"{free:.1f} GB free for {home}", advice="" if ok else advice)


def check_temporary_folder(folder: Path) -> Check:
    """Check that the renderer can write its temporary files into ``folder``, and that there is room for them."""
    advice = f"set TMP_WORKDIR to a folder that can be written to and has {MIN_FREE_GB:g} GB"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"test")
        free = shutil.disk_usage(folder).free / 1e9
    except OSError as exc:
        reason = os.strerror(exc.errno or errno.EIO).lower()
        return Check("temporary folder", ok=False, detail=f"cannot write to {folder}: {reason}", advice=advice)
    ok = free >= MIN_FREE_GB
    detail = f"{free:.1f} GB free for temporary files in {folder}"
    return Check("temporary folder", ok=ok, detail=detail, advice="" if ok else advice)


def check_youtube(path: Path, now: datetime) -> Check:
    """Check that the file has a sign-in to YouTube, which does not end within two days. Google is not asked."""
    advice = "run `sutradhar youtube login`"
    try:
        access = SignInFile(path).read()
    except NotSignedIn as exc:
        return Check("youtube", ok=False, detail=str(exc), advice=exc.advice, needed=False)
    detail, end = f"signed in to {access.channel_title or 'a channel'}", access.expires_at
    if end is None or end > now + timedelta(days=2):
        return Check("youtube", ok=True, detail=detail, needed=False)
    detail = f"{detail}; the access ends at {end:%Y-%m-%d %H:%M} UTC"
    return Check("youtube", ok=end > now, detail=detail, advice=advice, needed=False, warning=True)


def check_marks(settings: Settings, clock: Clock) -> Check:
    """Check the certificate that signs finished files. On Google Cloud its key is not used: only the renderer may."""
    from sutradhar.bootstrap.marks import make_signer, read_certificate
    from sutradhar.marks.certificates import SOON_DAYS

    try:
        chain = read_certificate(settings)
        if chain is None:
            detail = "there is no certificate: finished files get XMP, and no content credentials"
            return Check("marks", ok=False, detail=detail, advice="run `sutradhar marks setup`", needed=False)
        if settings.marks.kms_key or settings.cloud:
            chain.check_dates(clock.now())
        else:
            make_signer(settings, clock)
    except MarkError as exc:
        detail, _, advice = str(exc).partition(": ")
        return Check("marks", ok=False, detail=detail, advice=advice, needed=False)
    detail = f"files are signed by {chain.names['subject']} until {chain.valid_until:%Y-%m-%d}"
    ends_soon = chain.valid_until - clock.now() < timedelta(days=SOON_DAYS)
    advice = "run `sutradhar marks setup --renew`" if ends_soon else ""
    return Check("marks", ok=True, detail=detail, advice=advice, needed=False, warning=ends_soon)


def _check_voices(narrator: Narrator) -> list[Check]:
    """Check both voices of the languages of the studio, and that all others have a voice, in one line."""
    from sutradhar.providers.voice_selection import advise_voice

    checks = []
    for language, voice in product(_MAIN_LANGUAGES, get_args(Voice)):
        ok = narrator.supports_voice(language, voice)
        detail = str(narrator.provider_for(language, voice)) if ok else "none of the narrators has it"
        advice = "" if ok else advise_voice(language)
        checks.append(Check(f"voice {language} {voice}", ok=ok, detail=detail, advice=advice))
    others = [language for language in LANGUAGES if language not in _MAIN_LANGUAGES]
    silent = [one for one in others if not any(narrator.supports_voice(one, voice) for voice in get_args(Voice))]
    missing = [one for one in silent if FACTS[one].espeak_voice]
    detail = f"{len(others) - len(silent)} languages have one"
    if missing:
        detail += f"; without: {', '.join(map(name_language, missing))}"
    if unspoken := [name_language(one) for one in silent if one not in missing]:
        detail += f"; captions only: {', '.join(unspoken)}"
    advice = "; ".join(dict.fromkeys(advise_voice(one) for one in missing))
    return [*checks, Check("voices of other languages", ok=not missing, detail=detail, advice=advice, needed=False)]


def _check_piper() -> Check:
    ok = importlib.util.find_spec("piper") is not None
    advice = "" if ok else "pip install 'sutradhar[piper]' (GPL-3)"
    detail = "installed" if ok else "the better English voice M is missing"
    return Check("piper", ok=ok, detail=detail, advice=advice, needed=False)


def _check_whisper(folder: Path) -> Check:
    from sutradhar.providers.alignment.whisper import find_problem

    problem = find_problem(folder)
    return Check("whisper", ok=not problem, detail=problem or f"the model in {folder}", needed=False)


def _check_renderer(settings: Settings) -> list[Check]:
    """Let the renderer check itself, so that the check runs what a render will run."""
    argv = [sys.executable, "-m", "gpu_renderer", "--check"]
    done = subprocess.run(argv, capture_output=True, text=True, env=dict(settings.environment), timeout=60, check=False)
    if done.returncode not in (0, 1):
        last = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        return [Check("renderer", ok=False, detail=f"does not start; it said: {last}", advice="pip install -e .")]
    return [Check(**fields) for fields in json.loads(done.stdout)]

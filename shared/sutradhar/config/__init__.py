"""The only reader of the environment."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, ValidationError

from sutradhar.domain.billing.price import Price, parse_prices
from sutradhar.domain.core.errors import FieldError, InvalidSettings
from sutradhar.domain.plan.field_messages import describe_error
from sutradhar.domain.plan.limits import API_LIMITS, TERMINAL_LIMITS, PlanLimits
from sutradhar.domain.plan.plan import CEILING_SCENES, MAX_TOTAL_SEC, PlanDefaults
from sutradhar.domain.video.capacity import Machine
from sutradhar.domain.video.render_settings import RendererSettings
from sutradhar.telemetry import Level

VENDORS = ("openai", "elevenlabs", "gemini", "googletts", "pexels", "pixabay", "freesound")
_VENDOR_OPTIONS = (
    "OPENAI_PLANNER_MODEL", "OPENAI_IMAGE_MODEL", "OPENAI_IMAGE_QUALITY", "OPENAI_IMAGE_FIDELITY", "OPENAI_VOICE_MODEL",
    "OPENAI_VOICE_F", "OPENAI_VOICE_M", "ELEVENLABS_MODEL", "ELEVENLABS_SOUND_MODEL", "ELEVENLABS_MUSIC_MODEL",
    "ELEVENLABS_VOICE_F", "ELEVENLABS_VOICE_M",
    "GEMINI_PLANNER_MODEL", "GEMINI_IMAGE_MODEL", "GEMINI_CLIP_MODEL", "GEMINI_PROJECT", "GEMINI_LOCATION",
    "GOOGLETTS_PROJECT", "GOOGLETTS_VOICE_EN_F", "GOOGLETTS_VOICE_EN_M", "GOOGLETTS_VOICE_HI_F", "GOOGLETTS_VOICE_HI_M",
)  # fmt: skip
_CHAINS = {
    "planner": "PLANNERS",
    "narrator": "NARRATORS",
    "image": "IMAGE_GENERATORS",
    "clip": "CLIP_GENERATORS",
    "footage": "FOOTAGE",
    "sound": "SOUNDS",
    "composer": "COMPOSERS",
}
_Model = TypeVar("_Model", bound=BaseModel)
_RENDERER = {
    "ENCODER": "encoder",
    "FAST_PATH": "fast_path",
    "CQ": "cq",
    "VBR_TARGET": "vbr_target",
    "MAXRATE": "maxrate",
    "BUFSIZE": "bufsize",
    "PRESET": "preset",
    "GOP": "gop",
    "UPSCALE": "upscale",
    "DEBUG": "debug",
}
_PLAN = {
    "RENDER_MODE": "mode",
    "TARGET_RES": "resolution",
    "FPS": "fps",
    "MUSIC_DB": "music_db",
    "WATERMARK_POS": "watermark_position",
}


_LEVELS: Mapping[str, Level] = {
    "trace": "debug",
    "debug": "debug",
    "info": "info",
    "notice": "info",
    "warn": "warning",
    "warning": "warning",
    "error": "error",
    "critical": "error",
    "fatal": "error",
}
_LIMITS = {
    "MAX_SCENES": ("max_scenes", CEILING_SCENES),
    "MAX_SCENE_DURATION_SEC": ("max_scene_sec", MAX_TOTAL_SEC),
    "MAX_TOTAL_DURATION_SEC": ("max_total_sec", MAX_TOTAL_SEC),
}


@dataclass(frozen=True)
class CloudSettings:
    """Where things are on Google Cloud; what Terraform makes and names."""

    project: str
    """GOOGLE_CLOUD_PROJECT."""
    region: str
    """REGION of the render job."""
    bucket: str
    """ASSET_BUCKET."""
    database: str
    """FIRESTORE_DATABASE."""
    topic_prefix: str
    """TOPIC_PREFIX: before the name of each topic."""
    render_job: str
    """RENDER_JOB: the Cloud Run job that renders."""
    render_machine: Machine
    """RENDER_CPUS, RENDER_MEMORY_GIB, RENDER_GPU: of one of its tasks."""
    service_account: str
    """SERVICE_ACCOUNT: whose signature signed URLs bear; empty: the key of the credentials, if they have one."""
    asset_days: int
    """ASSET_DAYS: the bucket deletes assets and segments after so many days; their records end a day sooner."""
    job_days: int
    """JOB_DAYS: records of jobs that are over end after so many days; 0: never."""
    run_endpoint: str
    """CLOUD_RUN_ENDPOINT: another address of the Cloud Run API, for a stand-in of it."""


@dataclass(frozen=True, repr=False)  # it has a secret
class VendorSettings:
    """Of one vendor. ``options``: VENDOR_NAME of the environment as ``name``, where it is set."""

    key: str
    """VENDOR_API_KEY."""
    base_url: str
    """VENDOR_BASE_URL: another address of the vendor's API; empty: its own."""
    options: Mapping[str, str]
    timeout_sec: float
    """VENDOR_TIMEOUT_SEC of a call."""
    calls_a_minute: int = 0
    """VENDOR_CALLS_A_MINUTE from all instances together; 0: any number."""


@dataclass(frozen=True, eq=False, repr=False)  # it has secrets; and each feature takes time when a function starts
class Settings:
    backend: Literal["local", "gcp"]
    """BACKEND."""
    cloud: CloudSettings | None
    """Only with BACKEND=gcp."""
    home: Path
    """SUTRADHAR_HOME: where the local backend keeps jobs, files and its queue."""
    vendors: Mapping[str, VendorSettings]
    """Those that have a key."""
    providers: tuple[str, ...] | None
    """PROVIDERS: the vendors that may be asked, in this order; None: all that have a key. Makers that need none come
    after them."""
    chains: Mapping[str, tuple[str, ...]]
    """PLANNERS, NARRATORS, IMAGE_GENERATORS, CLIP_GENERATORS, FOOTAGE, SOUNDS, COMPOSERS: whom to ask, in this
    order."""
    job_cap_usd: float
    """MAX_JOB_COST."""
    day_cap_usd: float | None
    """DAILY_BUDGET_USD: of all jobs of a day (UTC) together; empty: none."""
    calls_at_once: int
    """CALLS_AT_ONCE: how many calls each vendor gets at a time from all instances together; 0: any number."""
    prices: Path | None
    """PRICES: another price table; None: the one of the package."""
    model_prices: tuple[Price, ...]
    """MODEL_PRICES: prices of models that the table lacks, or that cost this user another price."""
    whisper_model: Path | None
    """WHISPER_MODEL: the folder of a Whisper model in CTranslate2's format, which finds the words of voices that tell
    no times; None: pocketsphinx finds English ones."""
    cors_origins: tuple[str, ...]
    """CORS_ORIGINS: origins of web pages that may call the API from a browser: https://studio.example.com."""
    public_api: bool
    """PUBLIC_API: IAM lets everybody call, so without API keys nobody is answered."""
    makers: int
    """MAKERS: how many pictures, voices or beds this process makes side by side."""
    render_request: str | None
    """RENDER_REQUEST: the blob that the renderer's task reads."""
    task_index: int
    task_count: int
    task_attempt: int
    execution: str
    tmp_workdir: Path | None
    """TMP_WORKDIR: for the renderer's temporary files; None is the system's place."""
    renderer: RendererSettings
    """ENCODER (auto, libx264, h264_nvenc, hevc_nvenc), FAST_PATH (0: auto leaves the graphics card alone), CQ,
    VBR_TARGET, MAXRATE, BUFSIZE, PRESET, GOP (frames), UPSCALE (none, zscale, realesrgan), DEBUG."""
    plan_defaults: PlanDefaults
    """RENDER_MODE, TARGET_RES, FPS, MUSIC_DB, WATERMARK_POS: for plans that say nothing about it."""
    api_limits: PlanLimits
    """MAX_SCENES, MAX_SCENE_DURATION_SEC, MAX_TOTAL_DURATION_SEC for plans over HTTP: 20, 20 and 600."""
    terminal_limits: PlanLimits
    """The same variables for plans from this machine's own terminal: 100, 600 and 600."""
    port: int
    """PORT of the HTTP API if `sutradhar serve` gets no --port: 8080."""
    log_level: Level
    """LOG_LEVEL: the least severe level that is logged (debug, info, warning, error): debug."""
    parent_fd: int | None
    """PARENT_FD: a pipe that closes when the process that started the renderer dies."""
    environment: Mapping[str, str]
    """Handed on to the renderer's process."""

    @property
    def vendor_environment(self) -> dict[str, str]:
        """What is said of vendors and of the money for them, to be handed on to other processes; a secret."""
        prefixes = tuple(f"{vendor.upper()}_" for vendor in VENDORS)
        names = {
            "PROVIDERS",
            "MAX_JOB_COST",
            "DAILY_BUDGET_USD",
            "CALLS_AT_ONCE",
            "MODEL_PRICES",
            *_CHAINS.values(),
            *_LIMITS,
        }
        said = {name: v for name, v in self.environment.items() if name.startswith(prefixes) or name in names}
        # they may have another working directory
        return said | ({"PRICES": str(self.prices.resolve())} if self.prices else {})

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Self:
        """Raises InvalidRequest naming every variable that has a wrong value."""
        env = os.environ if env is None else env
        wrong: list[FieldError] = []

        def whole(name: str, default: int, low: int, high: int) -> int:
            text = env.get(name, "").strip()
            try:
                value = int(text) if text else default
            except ValueError:
                value = low - 1
            if not low <= value <= high:
                wrong.append(FieldError(name, f"must be a whole number from {low} to {high} (got {text!r})"))
            return value

        def amount(name: str, default: float | None) -> float | None:
            text = env.get(name, "").strip()
            try:
                value = float(text) if text else default
            except ValueError:
                value = -1.0
            if value is not None and not 0 <= value < 1e9:
                wrong.append(FieldError(name, f"must be a number, 0 or more (got {text!r})"))
            return value

        def prices() -> tuple[Price, ...]:
            try:
                return parse_prices(env.get("MODEL_PRICES", ""), datetime.now(UTC).date())
            except ValueError as exc:
                wrong.append(FieldError("MODEL_PRICES", str(exc)))
                return ()

        def names(name: str) -> tuple[str, ...]:
            return tuple(part.strip() for part in env.get(name, "").split(",") if part.strip())

        def origins(name: str) -> tuple[str, ...]:
            told = names(name)
            if bad := [text for text in told if not re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]+)?", text)]:
                wrong.append(FieldError(name, f"must be origins such as https://studio.example.com (got {bad[0]!r})"))
            return told

        def model(kind: type[_Model], names: Mapping[str, str]) -> _Model:
            texts = {field: env.get(name, "").strip() for name, field in names.items()}
            given: dict[str, Any] = {field: text for field, text in texts.items() if text}
            try:
                return kind.model_validate(given)
            except ValidationError as exc:
                named = {field: name for name, field in names.items()}
                wrong.extend(FieldError(named[str(e["loc"][0])], describe_error(e)) for e in exc.errors())
                return kind()

        def level(name: str) -> Level:
            text = env.get(name, "").strip().lower()
            if text and text not in _LEVELS:
                wrong.append(FieldError(name, f"must be debug, info, warning or error (got {text!r})"))
            return _LEVELS.get(text, "debug")

        def limits(defaults: PlanLimits, chosen: Mapping[str, int]) -> PlanLimits:
            return defaults.evolve(**{field: chosen[name] for name, (field, _) in _LIMITS.items() if name in chosen})

        def vendor_settings(vendor: str) -> VendorSettings | None:
            prefix = f"{vendor.upper()}_"
            given = [name for name in _VENDOR_OPTIONS if name.startswith(prefix) and env.get(name)]
            options = {name.removeprefix(prefix).lower(): env[name].strip() for name in given}
            key, base_url = (env.get(f"{prefix}{name}", "").strip() for name in ("API_KEY", "BASE_URL"))
            timeout = amount(f"{prefix}TIMEOUT_SEC", 120.0)
            rate = whole(f"{prefix}CALLS_A_MINUTE", 0, 0, 100_000)
            if not key and not options.get("project"):
                return None
            return VendorSettings(key, base_url, options, timeout or 120.0, rate)

        def needed(name: str) -> str:
            if not env.get(name):
                wrong.append(FieldError(name, "must be set with BACKEND=gcp"))
            return env.get(name, "")

        def cloud() -> CloudSettings:
            machine = Machine(
                cpus=whole("RENDER_CPUS", 4, 1, 64),
                memory_gib=whole("RENDER_MEMORY_GIB", 16, 1, 256),
                gpu=whole("RENDER_GPU", 0, 0, 1) == 1,
            )
            return CloudSettings(
                project=needed("GOOGLE_CLOUD_PROJECT"),
                region=needed("REGION"),
                bucket=needed("ASSET_BUCKET"),
                database=env.get("FIRESTORE_DATABASE") or "(default)",
                topic_prefix=env.get("TOPIC_PREFIX", "sutradhar-"),
                render_job=env.get("RENDER_JOB") or "sutradhar-renderer",
                render_machine=machine,
                service_account=env.get("SERVICE_ACCOUNT", ""),
                asset_days=whole("ASSET_DAYS", 30, 2, 3650),
                job_days=whole("JOB_DAYS", 0, 0, 3650),
                run_endpoint=env.get("CLOUD_RUN_ENDPOINT", ""),
            )

        backend = env.get("BACKEND") or "local"
        if backend not in ("local", "gcp"):
            wrong.append(FieldError("BACKEND", f"must be local or gcp (got {backend!r})"))
        parent_fd = env.get("PARENT_FD")
        limits_set = {name: whole(name, 1, 1, high) for name, (_, high) in _LIMITS.items() if env.get(name, "").strip()}
        settings = cls(
            backend="gcp" if backend == "gcp" else "local",
            cloud=cloud() if backend == "gcp" else None,
            home=Path(env.get("SUTRADHAR_HOME") or _default_home(env)).expanduser().resolve(),
            vendors={vendor: found for vendor in VENDORS if (found := vendor_settings(vendor))},
            providers=names("PROVIDERS") or None,
            chains={kind: chosen for kind, name in _CHAINS.items() if (chosen := names(name))},
            job_cap_usd=amount("MAX_JOB_COST", 50.0) or 0.0,
            day_cap_usd=amount("DAILY_BUDGET_USD", None),
            calls_at_once=whole("CALLS_AT_ONCE", 8, 0, 1000),
            prices=Path(env["PRICES"]).expanduser() if env.get("PRICES") else None,
            model_prices=prices(),
            whisper_model=Path(env["WHISPER_MODEL"]).expanduser() if env.get("WHISPER_MODEL") else None,
            cors_origins=origins("CORS_ORIGINS"),
            public_api=whole("PUBLIC_API", 0, 0, 1) == 1,
            makers=whole("MAKERS", 1, 1, 32),
            render_request=env.get("RENDER_REQUEST") or None,
            task_index=whole("CLOUD_RUN_TASK_INDEX", 0, 0, 9999),
            task_count=whole("CLOUD_RUN_TASK_COUNT", 1, 1, 10000),
            task_attempt=whole("CLOUD_RUN_TASK_ATTEMPT", 0, 0, 100),
            execution=env.get("CLOUD_RUN_EXECUTION") or "",
            tmp_workdir=Path(env["TMP_WORKDIR"]).expanduser() if env.get("TMP_WORKDIR") else None,
            renderer=model(RendererSettings, _RENDERER),
            plan_defaults=model(PlanDefaults, _PLAN),
            api_limits=limits(API_LIMITS, limits_set),
            terminal_limits=limits(TERMINAL_LIMITS, limits_set),
            port=whole("PORT", 8080, 1, 65_535),
            log_level=level("LOG_LEVEL"),
            parent_fd=int(parent_fd) if parent_fd else None,
            environment=dict(env),
        )
        if wrong:
            raise InvalidSettings(wrong)
        return settings


def _default_home(env: Mapping[str, str]) -> str:
    """XDG Base Directory: data that is the user's and can grow."""
    return f"{env.get('XDG_DATA_HOME') or '~/.local/share'}/sutradhar"

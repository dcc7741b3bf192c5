"""The frozen parts of the settings, each with the environment variables that set its fields."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from sutradhar.config.environment import Part, expand_path, split_names
from sutradhar.domain.billing.price import Price, parse_prices
from sutradhar.domain.plan.choices import CEILING_SCENES, MAX_TOTAL_SEC
from sutradhar.domain.video.capacity import Machine
from sutradhar.domain.video.render_figures import RenderFigures
from sutradhar.telemetry import Level

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


def _read_level(text: Any) -> Any:
    return _LEVELS.get(text.lower(), text) if isinstance(text, str) else text


def _read_prices(text: Any) -> Any:
    return parse_prices(text, datetime.now(UTC).date()) if isinstance(text, str) else text


def _read_figures(text: Any) -> Any:
    return RenderFigures.from_text(text) if isinstance(text, str) else text


def _check_origins(origins: tuple[str, ...]) -> tuple[str, ...]:
    for origin in origins:
        if not re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]+)?", origin):
            raise ValueError(f"must be origins such as https://studio.example.com (got {origin!r})")
    return origins


def _check_public_url(url: str) -> str:
    if not re.fullmatch(r"(https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~-]+)*/?)?", url):
        raise ValueError(f"must be a URL such as https://video.example.com/api, without a query (got {url!r})")
    return url.rstrip("/")


def _check_frame_url(url: str) -> str:
    if not re.fullmatch(r"(https://[a-z0-9.-]+|http://(127\.0\.0\.1|localhost)(:[0-9]+)?)/?|", url):
        raise ValueError(f"must be an https URL, or one of this machine such as http://127.0.0.1:8090 (got {url!r})")
    return url.rstrip("/")


def _check_secret(secret: str) -> str:
    if secret and not re.fullmatch(r"[!-~]{12,200}", secret):
        raise ValueError("must have 12 to 200 visible ASCII characters, without spaces")
    return secret


def _check_place(place: str) -> str:
    if not re.fullmatch(r"gs://[a-z0-9][a-z0-9._-]{1,220}[a-z0-9](/[\w.~ -]+)*/?", place):
        raise ValueError(f"must be a bucket with a folder or without, such as gs://bucket/videos (got {place[:200]!r})")
    return place.rstrip("/")


def check_key_version(name: str) -> str:
    if name and not re.fullmatch(
        r"projects/[\w:.-]+/locations/[\w-]+/keyRings/[\w-]+/cryptoKeys/[\w-]+/cryptoKeyVersions/[0-9]+", name
    ):
        message = "must name a version of a key: projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/1"
        raise ValueError(f"{message} (got {name[:200]!r})")
    return name


def _check_receiver(url: str) -> str:
    from sutradhar.domain.core.webhook_url import check_webhook_url  # noqa: PLC0415 - most processes have no receiver

    return check_webhook_url(url)


def _check_webhook_secrets(secrets: tuple[str, ...]) -> tuple[str, ...]:
    # the secrets of Standard Webhooks have 24 to 64 bytes; its library drops the characters of other alphabets silently
    if not all(
        re.fullmatch(r"whsec_(?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", one)
        for one in secrets
    ):
        raise ValueError("must be one or two secrets of Standard Webhooks: whsec_ and 24 to 64 bytes in base64")
    return secrets


def _check_zone(name: str) -> str:
    from sutradhar.domain.publishing.schedule_time import read_zone  # noqa: PLC0415 - zoneinfo is needed only where a zone is set

    read_zone(name)
    return name


Secret = Annotated[str, AfterValidator(_check_secret)]
UserPath = Annotated[Path, AfterValidator(expand_path)]
Names = Annotated[tuple[str, ...], BeforeValidator(split_names)]


class ProcessSettings(Part):
    """Settings of every process."""

    backend: Literal["local", "gcp"] = Field(default="local", validation_alias="BACKEND")
    """``local``: SQLite and files. ``gcp``: Firestore, Pub/Sub, Cloud Storage and Cloud Run."""
    sutradhar_home: Path | None = Field(default=None, validation_alias="SUTRADHAR_HOME")
    xdg_data_home: Path | None = Field(default=None, validation_alias="XDG_DATA_HOME")
    log_level: Annotated[Level, BeforeValidator(_read_level)] = Field(default="debug", validation_alias="LOG_LEVEL")
    """The least severe level that is logged."""
    log_file: UserPath | None = Field(default=None, validation_alias="LOG_FILE")
    """A file that gets a copy of the log; `sutradhar serve` sets it for the server."""

    sentry_dsn: str = Field(default="", validation_alias="SENTRY_DSN")
    """The address of a project at Sentry, which gets errors; empty: none does."""
    otlp_endpoint: str = Field(default="", validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    """The URL of an OpenTelemetry collector (OTLP over HTTP), which gets spans; empty: none does."""

    @property
    def home(self) -> Path:
        """The folder in which the local backend keeps jobs, files and its queue."""
        # XDG Base Directory: data that is the user's and can grow
        folder = self.sutradhar_home or (self.xdg_data_home or Path("~/.local/share")) / "sutradhar"
        return folder.expanduser().resolve()


class CloudSettings(Part):
    """The resources on Google Cloud; Terraform makes and names them."""

    may_be_empty = ("TOPIC_PREFIX",)

    project: str = Field(validation_alias="GOOGLE_CLOUD_PROJECT")
    region: str = Field(validation_alias="REGION")
    """The region of the render job."""
    bucket: str = Field(validation_alias="ASSET_BUCKET")
    database: str = Field(default="(default)", validation_alias="FIRESTORE_DATABASE")
    topic_prefix: str = Field(default="sutradhar-", validation_alias="TOPIC_PREFIX")
    """The beginning of the name of each topic."""
    render_job: str = Field(default="sutradhar-renderer", validation_alias="RENDER_JOB")
    """The Cloud Run job that renders."""
    render_cpus: int = Field(default=4, ge=1, le=64, validation_alias="RENDER_CPUS")
    render_memory_gib: int = Field(default=16, ge=1, le=256, validation_alias="RENDER_MEMORY_GIB")
    render_gpu: bool = Field(default=False, validation_alias="RENDER_GPU")
    render_figures: Annotated[RenderFigures, BeforeValidator(_read_figures)] = Field(
        default=RenderFigures.constant(), validation_alias="RENDER_FIGURES"
    )
    """The figures of such a machine, as `python -m gpu_renderer --calibrate` prints them (docs/costs.md)."""
    service_account: str = Field(default="", validation_alias="SERVICE_ACCOUNT")
    """The account that signs URLs; empty: the key of the credentials signs them, if they have one."""
    asset_days: int = Field(default=30, ge=2, le=3650, validation_alias="ASSET_DAYS")
    """Days until the bucket deletes an asset or a segment; its record ends a day earlier."""
    run_endpoint: str = Field(default="", validation_alias="CLOUD_RUN_ENDPOINT")
    """The URL of an emulated Cloud Run API; empty: Google's own."""

    @property
    def render_machine(self) -> Machine:
        """The machine of one task of the render job."""
        return Machine(
            cpus=self.render_cpus,
            memory_gib=self.render_memory_gib,
            gpu=self.render_gpu,
            figures=self.render_figures,
        )


class ApiSettings(Part):
    """Settings of the HTTP API."""

    port: int = Field(default=8080, ge=1, le=65_535, validation_alias="PORT")
    """The port of `sutradhar serve` without --port."""
    json_logs: bool = Field(default=True, validation_alias="JSON_LOGS")
    """`sutradhar serve` prints its log as JSON; False: for people. The file of the log is always JSON."""
    cors_origins: Annotated[Names, AfterValidator(_check_origins)] = Field(default=(), validation_alias="CORS_ORIGINS")
    """Origins of web pages that may call the API from a browser: https://studio.example.com."""
    public_url: Annotated[str, AfterValidator(_check_public_url)] = Field(default="", validation_alias="PUBLIC_URL")
    """The URL at which callers reach the API, without a slash at its end; empty: URLs in answers follow the request."""
    frame_url: Annotated[str, AfterValidator(_check_frame_url)] = Field(default="", validation_alias="FRAME_URL")
    """The URL of the function `frame`, which draws preview frames; empty: there are none. `sutradhar serve` sets it."""
    api_key_admin: Secret = Field(default="", repr=False, validation_alias="API_KEY_ADMIN")
    """The secret of an API key with the role admin; empty: there is no such key."""
    api_key_creator: Secret = Field(default="", repr=False, validation_alias="API_KEY_CREATOR")
    """The same for the role creator."""
    rate_limit_per_min: int = Field(default=10, ge=0, le=1_000_000, validation_alias="RATE_LIMIT_PER_MIN")
    """The calls that create or change work that a key, or an address without one, may make in a minute; 0: no limit."""
    max_active_jobs: int = Field(default=5, ge=0, le=1_000, validation_alias="MAX_ACTIVE_JOBS")
    """The jobs of a key that may be in progress at a time; 0: no limit."""
    metrics_private: bool = Field(default=False, validation_alias="METRICS_PRIVATE")
    """`/metrics` and `/metrics/prometheus` need an admin's key once a key exists."""
    public_api: bool = Field(default=False, validation_alias="PUBLIC_API")
    """IAM lets every caller in, so a call without an API key is refused, even while no key exists."""


class WebhookSettings(Part):
    """Settings of the webhooks that callers ask for."""

    allow_loopback: bool = Field(default=False, validation_alias="WEBHOOK_LOOPBACK")
    """For development: webhooks may also go to this machine itself (http://localhost:3000/hook)."""


class RetentionSettings(Part):
    """Days for which things are kept; 0: for ever. Pinned jobs are always kept, with the uploads that they use."""

    output_days: int = Field(default=30, ge=0, le=3650, validation_alias="OUTPUT_DAYS")
    """Days from the end of a job until its files go: the video, the captions, the thumbnail, the logs of the
    renderer."""
    upload_days: int = Field(default=7, ge=0, le=3650, validation_alias="UPLOAD_DAYS")
    """Days from the last use of an upload until it goes, unless a job whose files are kept uses it."""
    job_days: int = Field(default=0, ge=0, le=3650, validation_alias="JOB_DAYS")
    """Days from the end of a job until it goes from the library with all that is left of it."""


class ReviewSettings(Part):
    """Settings of jobs whose plan asks for a review."""

    days: int = Field(default=7, ge=0, le=365, validation_alias="REVIEW_DAYS")
    """Days that a job waits for the approval of its plan before it is cancelled; 0: any time."""


class BatchSettings(Part):
    """Settings of batches."""

    active_jobs: int | None = Field(default=None, ge=1, le=200, validation_alias="BATCH_ACTIVE_JOBS")
    """The jobs of all batches together that may be in progress at a time; running batches share them evenly. None: 4,
    or 20 on Google Cloud."""


class PublishingSettings(Part):
    """Settings of the places where videos are published."""

    folder: UserPath | None = Field(default=None, validation_alias="PUBLISH_FOLDER")
    """The folder of the destination `folder`; None: `published` in SUTRADHAR_HOME, and no such destination on Google
    Cloud."""
    bucket: Annotated[str, AfterValidator(_check_place)] = Field(default="", validation_alias="PUBLISH_BUCKET")
    """The place of the destination `bucket` in Cloud Storage, such as gs://bucket/videos; empty: there is none."""
    webhook_url: Annotated[str, AfterValidator(_check_receiver)] = Field(
        default="", repr=False, validation_alias="PUBLISH_WEBHOOK_URL"
    )
    """The receiver of the destination `webhook`, which publishes the videos itself; empty: there is none."""
    webhook_secrets: Annotated[Names, AfterValidator(_check_webhook_secrets)] = Field(
        default=(), repr=False, validation_alias="PUBLISH_WEBHOOK_SECRET"
    )
    """The secrets that sign the requests to it; the second one is there while the receiver changes to the first."""
    zone: Annotated[str, AfterValidator(_check_zone)] = Field(default="UTC", validation_alias="SCHEDULE_TZ")
    """The IANA time zone of times without an offset."""
    youtube_token_file: UserPath | None = Field(default=None, validation_alias="YOUTUBE_TOKEN_FILE")
    """The file with the sign-in to YouTube; None: `youtube.json` in SUTRADHAR_HOME, and none on Google Cloud."""
    youtube_client_secrets: UserPath | None = Field(default=None, validation_alias="YOUTUBE_CLIENT_SECRETS")
    """The JSON file of the OAuth client with which `sutradhar youtube login` signs in."""


class MarkSettings(Part):
    """The certificate and the key that sign the marks in finished files (docs/marks.md)."""

    certificate: str = Field(default="", validation_alias="MARKS_CERTIFICATE")
    """The certificates as PEM, or a file with them; empty: `marks/certificate.pem` in SUTRADHAR_HOME, if it exists."""
    key: str = Field(default="", repr=False, validation_alias="MARKS_KEY")
    """The private key as PEM, or a file with it; empty: `marks/key.pem` in SUTRADHAR_HOME."""
    kms_key: Annotated[str, AfterValidator(check_key_version)] = Field(default="", validation_alias="MARKS_KMS_KEY")
    """The version of a key in Cloud KMS that signs instead."""


class WorkerSettings(Part):
    """Settings of the worker that takes messages on the local backend."""

    asset_workers: int | None = Field(default=None, ge=1, le=32, validation_alias="ASSET_WORKERS")
    """The number of images, voices and music tracks that this process makes at a time; None: 1, or a few of the cores
    if no provider has a key."""


class RenderTaskSettings(Part):
    """Settings of one task of the renderer. Cloud Run and the local runner set most of them."""

    render_request: str | None = Field(default=None, validation_alias="RENDER_REQUEST")
    """The blob of the render request."""
    carried_fields: str = Field(default="", validation_alias="CARRIED_FIELDS")
    """The ids of the request and of the trace that the render follows from, as JSON."""
    task_index: int = Field(default=0, ge=0, le=9999, validation_alias="CLOUD_RUN_TASK_INDEX")
    task_count: int = Field(default=1, ge=1, le=10_000, validation_alias="CLOUD_RUN_TASK_COUNT")
    execution: str = Field(default="", validation_alias="CLOUD_RUN_EXECUTION")
    tmp_workdir: UserPath | None = Field(default=None, validation_alias="TMP_WORKDIR")
    """The folder for temporary files of the renderer; None: the system's folder."""
    parent_fd: int | None = Field(default=None, validation_alias="PARENT_FD")
    """A pipe that closes when the process that started the renderer dies."""


class PlanLimitSettings(Part):
    """Limits of one plan that replace those of PlanLimits, for the API and the terminal alike."""

    max_scenes: int | None = Field(default=None, ge=1, le=CEILING_SCENES, validation_alias="MAX_SCENES")
    max_scene_sec: int | None = Field(default=None, ge=1, le=MAX_TOTAL_SEC, validation_alias="MAX_SCENE_DURATION_SEC")
    max_total_sec: int | None = Field(default=None, ge=1, le=MAX_TOTAL_SEC, validation_alias="MAX_TOTAL_DURATION_SEC")


class BudgetSettings(Part):
    """Caps on what providers may charge, and the prices that they are held against."""

    job_cap_usd: float = Field(default=50.0, ge=0, lt=1e9, allow_inf_nan=False, validation_alias="MAX_JOB_COST")
    """The most that one job may cost, in US dollars."""
    day_cap_usd: float | None = Field(
        default=None, ge=0, lt=1e9, allow_inf_nan=False, validation_alias="DAILY_BUDGET_USD"
    )
    """The most that all jobs of a day (UTC) may cost together, in US dollars; None: no cap."""
    price_table: UserPath | None = Field(default=None, validation_alias="PRICE_TABLE")
    """A price table that replaces the one of the package."""
    model_prices: Annotated[tuple[Price, ...], BeforeValidator(_read_prices)] = Field(
        default=(), validation_alias="MODEL_PRICES"
    )
    """Prices of models that the table lacks, or for which this user pays another price."""

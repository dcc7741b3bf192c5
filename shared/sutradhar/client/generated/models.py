"""The models of the API's requests and answers.

`.ci/generate_client.py` writes this file from the OpenAPI document; do not change it by hand.
"""
# ruff: noqa

from __future__ import annotations
from typing import Annotated, Any, Literal
from pydantic import BaseModel, ConfigDict, Field


class AlignmentBody(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    upload_id: str
    lyrics: str
    language: (
        Literal[
            "en",
            "hi",
            "bn",
            "ta",
            "te",
            "mr",
            "gu",
            "kn",
            "ml",
            "pa",
            "ur",
            "ne",
            "sa",
            "es",
            "fr",
            "de",
            "pt",
            "it",
            "id",
            "ar",
            "ru",
            "ja",
            "ko",
            "zh",
        ]
        | None
    ) = None


class AnalysisBody(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    upload_id: str


class ApprovalAnswer(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    note: str = ""


class ApprovalItem(BaseModel):
    """
    A question of an agent. An answer does at once what the agent asked for, and no more.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    approval_id: str
    state: str
    action: str
    summary: str
    request: dict[str, Any]
    expected_cost_usd: float
    max_cost_usd: float
    agent: str
    job_id: str
    publication_id: str
    answer_note: str
    created_at: str
    answered_at: str | None
    expires_at: str
    links: dict[str, str]


class ApprovalList(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    approvals: list[ApprovalItem]
    has_more: bool
    next: str | None


class AssetStatus(BaseModel):
    """
    One image, clip, narration, sound or piece of music of the video.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    slot: str
    kind: str
    state: str
    url: str | None
    provider: str | None
    alignment: str | None
    alignment_confidence: float | None


class AudioLinks(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    self: str
    upload: str


class BatchAnswer(BaseModel):
    """
    A batch and its progress.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    batch_id: str
    id: str
    name: str
    state: str
    reason: str
    waits_until: str | None
    rows: int
    counts: dict[str, int]
    budget_usd: float | None
    spent_usd: float
    reserved_usd: float
    expected_usd: float
    most_usd: float
    webhook_url: str | None
    created_at: str
    changed_at: str
    ended_at: str | None
    rows_url: str
    results_url: str
    notices: list[str] | None = None


class BatchBody(BaseModel):
    """
    A plan with variables and the table of their values, of which exactly one form is given.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    plan: dict[str, Any] | None = None
    csv: str | None = None
    jsonl: str | None = None
    rows: list[dict[str, Any]] | None = None
    name: str = ""
    budget_usd: float | None = None
    webhook_url: str | None = None


class BatchBudget(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    budget_usd: float | None


class BatchCost(BaseModel):
    """
    The cost of all rows that have no problem; an asset that rows share counts once.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    expected_usd: float
    most_usd: float
    render_usd: float
    video_seconds: float
    wait_seconds: int
    budget_left_usd: float | None


class BatchList(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    batches: list[BatchAnswer]
    has_more: bool
    next: str | None


class BatchProblem(BaseModel):
    """
    One reason for which a batch would be refused.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    row: int | None
    column: str
    field: str
    message: str


class BatchReport(BaseModel):
    """
    The batch that a table would make.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    accepted: bool
    rows: int
    columns: list[str]
    problems: list[BatchProblem]
    problem_count: int
    has_more_problems: bool
    notices: list[str]
    estimate: BatchCost


class BatchRowItem(BaseModel):
    """
    One row: one video.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    number: int
    row_id: str
    state: str
    job_id: str | None
    attempt: int
    error: str
    title: str
    status_url: str | None
    file_url: str | None


class BatchRowList(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    rows: list[BatchRowItem]
    has_more: bool
    next: str | None


class BrandColors(BaseModel):
    """
    Colours such as ``#ffd400``; None: the usual one.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    text: str | None = None
    outline: str | None = None
    highlight: str | None = None


class BrandFont(BaseModel):
    """
    A font file of the user's.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    upload: str
    licence: str


class BrandImport(BaseModel):
    """
    The upload of a file that ``GET /brands/NAME/export`` gave, here or in another installation.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    upload: str
    name: str | None = None
    replace: bool = False


class BrandLogo(BaseModel):
    """
    An image in a corner of the video, instead of the text of the watermark.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    upload: str
    position: Literal["tl", "tr", "bl", "br"] = "tr"
    opacity: float = 0.9
    width: float = 0.12


class BucketAnswer(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    destination: str
    bucket: str
    used: int
    limit: int
    left: int
    resets_at: str


class BudgetLeft(BaseModel):
    """
    The failures that an objective allows in 30 days, and the share of them that is left.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    objective: float
    good: int
    bad: int
    left: float


class CaptionLinks(BaseModel):
    """
    The URLs of the captions in one language.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    srt: str
    vtt: str
    lrc: str | None


class CheckResult(BaseModel):
    """
    The outcome of one check.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    ok: bool
    detail: str
    advice: str = ""
    warning: bool = False


class CostLine(BaseModel):
    """
    One call of a provider.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    slot: str
    provider: str
    model: str
    units: dict[str, float]
    usd: float
    state: str
    request_id: str | None


class DayCounts(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    started: int
    succeeded: int
    failed: int
    canceled: int
    median_seconds: float | None
    p95_seconds: float | None
    cost_usd: float
    day: str


class Delivery(BaseModel):
    """
    The way in which the voice speaks the narration.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    speed: float = 1.0
    emotion: str = ""


class DeliveryItem(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    id: str
    type: str
    subject: str
    url: str
    state: str
    attempts: int
    next_attempt_at: str | None
    last_attempt_at: str | None
    last_status: int | None
    last_problem: str | None
    last_reply: str | None
    created_at: str
    delivered_at: str | None


class DeliveryList(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    deliveries: list[DeliveryItem]
    has_more: bool
    next: str | None


class DestinationState(BaseModel):
    """
    A place where videos can be published.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    name: str
    is_ready: bool
    advice: str


class DualSubtitles(BaseModel):
    """
    The URLs of the SubRip captions; None for a language that the video has no captions in.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    hi_url: str | None
    en_url: str | None


class ExpectedCostLine(BaseModel):
    """
    The estimated cost of one asset in US dollars.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    slot: str
    language: str | None
    provider: str
    model: str
    expected_usd: float
    most_usd: float


class Fallback(BaseModel):
    """
    A provider that was asked first and did not make the asset, and why.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    provider: str
    reason: str


class FallbackStatus(BaseModel):
    """
    An asset that another provider made than the first one.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    slot: str
    provider: str
    instead_of: list[Fallback]


class FontFacts(BaseModel):
    """
    The facts about a font file.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    family: str
    style: str
    scripts: list[str]
    missing: dict[str, str] | None = None


class HistoryEntry(BaseModel):
    """
    The last time at which the job entered a state.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    event: str
    at: str


class JobCounts(BaseModel):
    """
    The events of some time; a job that fails, is retried and succeeds counts as one of each.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    started: int
    succeeded: int
    failed: int
    canceled: int
    median_seconds: float | None
    p95_seconds: float | None
    cost_usd: float


class JobError(BaseModel):
    """
    The reason why a job failed.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    stage: str
    cause: str
    scene: int | None
    advice: str
    kept: str
    refused_by: str


class JobLinks(BaseModel):
    """
    The URLs of calls about a job.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    status: str
    events: str
    cancel: str
    file: str
    summary: str


class JobMetrics(BaseModel):
    """
    Jobs by outcome, over all time and instances.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    jobs_started: int
    jobs_completed: int
    jobs_failed: int
    jobs_canceled: int
    success_rate: float
    total_duration_seconds: float
    plan_errors: int
    asset_errors: int
    render_errors: int
    quality_gate_errors: int
    timeout_errors: int
    provider_errors: int


class JobMove(BaseModel):
    """
    A job after a call that changed its state.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    job_id: str
    id: str
    state: str
    status: str


class JobPin(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    job_id: str
    pinned: bool


class JobWebhook(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    job_id: str
    webhook_url: str | None


class KeyItem(BaseModel):
    """
    A key, without its secret.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    id: str
    name: str
    role: str
    works_for: str
    daily_budget: float | None
    created_at: str | None


class KeyList(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    keys: list[KeyItem]


class KeyRequest(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    name: str
    role: Literal["creator", "admin", "agent"] = "creator"
    works_for: str = ""
    daily_budget: float | None = None


class LanguageItem(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    tag: str
    name: str
    own_name: str
    script: str
    direction: str
    narrators: list[str]
    voices: list[str]
    word_timing: str | None
    stories: int
    is_translated: bool
    problems: list[str]


class LanguageList(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    languages: list[LanguageItem]


class LibraryItem(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    job_id: str
    title: str
    topic: str | None
    state: str
    status: str
    language: str
    version_of: str | None
    final_video_url: str | None
    thumbnail_url: str | None
    youtube_url: str | None
    publications: dict[str, str]
    pinned: bool
    created_at: str
    finished_at: str | None
    duration_sec: float | None
    cost_usd: float


class Localization(BaseModel):
    """
    The words around the video in another language, for the page that shows it.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    title: str | None = None
    description: str = ""
    tags: list[str] | None = None


class LookFile(BaseModel):
    """
    A file that the renderer draws with, and the hash of its bytes.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    blob: str
    sha256: str
    upload: str = ""


class LookLogo(BaseModel):
    """
    The image of a logo and its place.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    file: LookFile
    position: Literal["tl", "tr", "bl", "br"]
    opacity: float
    width: float


class MusicLevel(BaseModel):
    """
    The level of the music at a time of the video.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    at_sec: float
    gain_db: float


class MusicPatch(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    mood: Literal["devotional", "calm", "joyful", "heroic", "curious", "tender"] | None = None
    enabled: bool = True
    volume_db: float = -12.0
    automation: list[MusicLevel] | None = None


class NarrationLink(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    scene: int
    language: str
    url: str
    duration_sec: float
    provider: str


class NewKey(BaseModel):
    """
    A key with its secret, which no later answer shows again.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    id: str
    name: str
    role: str
    works_for: str
    daily_budget: float | None
    created_at: str | None
    secret: str


class OrderedRender(BaseModel):
    """
    An ordered video.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    job_id: str
    id: str
    state: str
    status: str
    estimated_cost_usd: float
    estimated_cost_most_usd: float
    estimated_wait_seconds: int
    links: JobLinks


class OwnBudgets(BaseModel):
    """
    US dollars. A day is one of UTC.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    today_spent_usd: float | None
    today_cap_usd: float | None
    left_usd: float | None
    max_job_cost_usd: float | None


class OwnKey(BaseModel):
    """
    The caller's API key, or the account of their OIDC token.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    id: str
    name: str


class OwnLimits(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    calls_per_minute: int
    active_jobs: int
    scenes: int
    scene_sec: float
    video_sec: float


class OwnNarration(BaseModel):
    """
    A recorded voice that is the narration: of the whole video, or of one scene.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    upload: str
    start_sec: float = 0.0
    end_sec: float | None = None
    text: str = ""
    clean: bool = True


class PlanCopy(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )


class PlanEstimate(BaseModel):
    """
    The estimated cost and time of a video.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    expected_usd: float
    most_usd: float
    lines: list[ExpectedCostLine]
    video_seconds: float
    wait_seconds: int
    render_usd: float
    budget_left_usd: float | None


class PlannedPublication(BaseModel):
    """
    A publication that a plan asks for.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    destination: str = "youtube"
    title: str | None = None
    description: str | None = None
    tags: list[str] | None = None
    privacy: Literal["public", "unlisted", "private"] = "public"
    playlist: str | None = None
    category: str = "22"
    made_for_kids: bool = False
    synthetic_media: bool | None = None
    priority: int = 0
    iso_datetime: str | None = None
    timezone: str | None = None


class Point(BaseModel):
    """
    A place in an image: ``x`` from the left, ``y`` from the top, both as fractions of its size.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    x: float
    y: float


class ProblemField(BaseModel):
    """
    One wrong field of a request.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    path: str
    message: str


class ProviderHealthReport(BaseModel):
    """
    The circuit breaker of a provider that has a key.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    provider: str
    state: str
    paused_until: str | None
    failures_in_a_row: int


class PublicationPatch(BaseModel):
    """
    The fields that change. A field that is left out stays as it is.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    title: str | None = None
    description: str | None = None
    tags: list[str] | None = None
    privacy: Literal["public", "unlisted", "private"] | None = None
    playlist: str | None = None
    category: str | None = None
    made_for_kids: bool | None = None
    synthetic_media: bool | None = None
    iso_datetime: str | None = None
    timezone: str | None = None
    priority: int | None = None


class PublicationProblem(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    reason: str
    cause: str
    advice: str


class PublicationStatus(BaseModel):
    """
    The newest publication of the job to one destination.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    id: str
    destination: str
    state: str
    publish_at: str
    url: str | None


class PublishLater(BaseModel):
    """
    A publication at a time.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    destination: str = "youtube"
    title: str | None = None
    description: str | None = None
    tags: list[str] | None = None
    privacy: Literal["public", "unlisted", "private"] = "public"
    playlist: str | None = None
    category: str = "22"
    made_for_kids: bool = False
    synthetic_media: bool | None = None
    priority: int = 0
    iso_datetime: str
    timezone: str | None = None


class PublishNow(BaseModel):
    """
    The words of a publication. What is left out comes from the plan of the job.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    destination: str = "youtube"
    title: str | None = None
    description: str | None = None
    tags: list[str] | None = None
    privacy: Literal["public", "unlisted", "private"] = "public"
    playlist: str | None = None
    category: str = "22"
    made_for_kids: bool = False
    synthetic_media: bool | None = None
    priority: int = 0


class Question(BaseModel):
    """
    A plan, or a job and the words of its publication.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    plan: dict[str, Any] | None = None
    job_id: str = ""
    publish: dict[str, Any] | None = None


class QueueHealth(BaseModel):
    """
    The jobs of all callers that have not finished. A number is None where counting would take long.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    status: str
    pending: int | None
    running: int | None


class QuotaAnswer(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    quotas: list[BucketAnswer]


class Readiness(BaseModel):
    """
    The answer to the question if the service can work.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    status: str
    checks: dict[str, CheckResult]


class RecordingPatch(BaseModel):
    """
    New values of the recording for the whole video, which stays the same file.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    start_sec: float = 0.0
    end_sec: float | None = None
    text: str = ""
    clean: bool = True


class RemovedAmount(BaseModel):
    """
    A number of things, and the bytes of their files.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    count: int = 0
    bytes: int = 0


class RemovedThings(BaseModel):
    """
    The number of things of each kind, and the bytes of their files.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    jobs: RemovedAmount | None = None
    job_files: RemovedAmount | None = None
    publications: RemovedAmount | None = None
    idempotency_keys: RemovedAmount | None = None
    batches: RemovedAmount | None = None
    uploads: RemovedAmount | None = None
    assets: RemovedAmount | None = None
    webhook_deliveries: RemovedAmount | None = None
    webhook_secrets: RemovedAmount | None = None
    approvals: RemovedAmount | None = None
    brands: RemovedAmount | None = None


class RenderOverview(BaseModel):
    """
    The state of the queue, and your newest jobs.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    queue: QueueHealth
    jobs: list[LibraryItem]


class RenderSettings(BaseModel):
    """
    ``mode`` PROXY makes a quick preview in 720p; FINAL makes the finished video.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    mode: Literal["PROXY", "FINAL"] = "FINAL"
    resolution: Literal["720p", "1080p", "4k"] = "1080p"
    fps: Literal[24, 25, 30, 50, 60] = 30
    encoder: Literal["auto", "libx264", "h264_nvenc", "hevc_nvenc"] | None = None
    quality: int | None = None
    burn_captions: (
        Literal[
            "en",
            "hi",
            "bn",
            "ta",
            "te",
            "mr",
            "gu",
            "kn",
            "ml",
            "pa",
            "ur",
            "ne",
            "sa",
            "es",
            "fr",
            "de",
            "pt",
            "it",
            "id",
            "ar",
            "ru",
            "ja",
            "ko",
            "zh",
            "none",
        ]
        | None
    ) = None
    caption_style: Literal["plain", "highlight"] = "plain"
    soft_captions: bool = False


class RenderSummary(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )


class SampleBody(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    voice: str
    language: Literal[
        "en",
        "hi",
        "bn",
        "ta",
        "te",
        "mr",
        "gu",
        "kn",
        "ml",
        "pa",
        "ur",
        "ne",
        "sa",
        "es",
        "fr",
        "de",
        "pt",
        "it",
        "id",
        "ar",
        "ru",
        "ja",
        "ko",
        "zh",
    ] = "en"
    text: str = ""
    delivery: Delivery | None = None


class SceneSpan(BaseModel):
    """
    The place of a scene in the finished video.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    index: int
    start_sec: float
    end_sec: float
    title: str


class SecretAnswer(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    secret: str
    previous_valid_until: str | None


class Section(BaseModel):
    """
    A part of a song, such as a verse. Parts that sound alike have the same letter.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    start_sec: float
    end_sec: float
    label: str
    energy: float


class SegmentCounts(BaseModel):
    """
    The numbers of segments that a render needed, found in the blob store, and encoded.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    total: int
    reused: int
    encoded: int


class Song(BaseModel):
    """
    The song of a lyric video: it plays from ``start_sec`` to ``end_sec`` and is the sound of the video.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    upload: str
    start_sec: float | None = None
    end_sec: float | None = None
    best: bool = False
    lyrics: str = ""
    look: Literal["clean", "bold", "handwritten", "karaoke", "brat"] = "clean"
    color: str | None = None
    cut: Literal["auto", "beat", "bar", "two_bars", "section"] = "auto"


class SongFacts(BaseModel):
    """
    The part of a song that a video plays. Times are in seconds from the start of that part.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    start_sec: float
    song_sec: float = 0.0
    tempo_bpm: float | None
    beats: list[float] | None = None
    downbeats: list[float] | None = None
    sections: list[Section] | None = None
    energy: list[float] | None = None
    line_ends: list[int] | None = None


class SongPart(BaseModel):
    """
    A part of a song that could be a video of its own.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    start_sec: float
    end_sec: float
    score: float
    reason: str


class SongPatch(BaseModel):
    """
    New values of the plan's song, which stays the same file.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    start_sec: float | None = None
    end_sec: float | None = None
    best: bool = False
    lyrics: str = ""
    look: Literal["clean", "bold", "handwritten", "karaoke", "brat"] = "clean"
    color: str | None = None
    cut: Literal["auto", "beat", "bar", "two_bars", "section"] = "auto"


class SoundCue(BaseModel):
    """
    A sound effect in a scene: a door, thunder, applause.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    text: str
    word: int = 0
    volume_db: float = -8.0


class SpokenSeconds(BaseModel):
    """
    Estimated lengths in seconds. The offline voices keep them within 10 to 20 % for a text, and 1 % for a video.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    narrations: list[float]
    scenes: list[float]


class SpokenTexts(BaseModel):
    """
    The narrations of a plan, in the order of its scenes.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    narrations: list[str]
    language: (
        Literal[
            "en",
            "hi",
            "bn",
            "ta",
            "te",
            "mr",
            "gu",
            "kn",
            "ml",
            "pa",
            "ur",
            "ne",
            "sa",
            "es",
            "fr",
            "de",
            "pt",
            "it",
            "id",
            "ar",
            "ru",
            "ja",
            "ko",
            "zh",
        ]
        | None
    ) = None
    voice: str = "F"
    speed: float = 1.0


class StepStatus(BaseModel):
    """
    One step. Steps that run at the same time share their times, and so do the steps of the render.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    name: str
    state: str
    started_at: str | None
    finished_at: str | None


class SungWord(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    text: str
    start_sec: float
    end_sec: float
    how: str
    confidence: float


class SystemStatus(BaseModel):
    """
    The load and the health of the whole service.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    status: str
    queue_depth: int
    active_jobs: int
    oldest_waiting_seconds: float | None
    providers: list[ProviderHealthReport]
    error_budgets: dict[str, BudgetLeft]
    disk_free_gb: float | None


class TemplateItem(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    id: str
    title: str
    description: str
    tags: list[str]
    languages: list[str]
    length_sec: int
    min_length_sec: int
    max_length_sec: int


class TemplateList(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    templates: list[TemplateItem]


class TemplateRequest(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    template_id: str
    language: str = "en"
    length_sec: int = 60
    voice: str = "F"


class TranslatedTitle(BaseModel):
    """
    The words of a title in another language.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    text: str
    subtext: str | None = None


class UploadAnnouncement(BaseModel):
    """
    A file that you are going to send.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    filename: str
    content_type: str = ""
    size: int


class UploadAnswer(BaseModel):
    """
    An upload. The facts about its file are None until it is checked.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    upload_id: str
    filename: str
    content_type: str
    size: int
    state: str
    status: str
    created_at: str
    kind: str | None = None
    width: int | None = None
    height: int | None = None
    duration_sec: float | None = None
    has_audio: bool | None = None
    is_silent: bool | None = None
    font: FontFacts | None = None
    notices: list[str] | None = None
    preview_url: str | None = None
    reason: str | None = None


class UploadList(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    uploads: list[UploadAnswer]
    has_more: bool
    next: str | None


class UploadRef(BaseModel):
    """
    A user's own file, named by the id of its upload. A bare id stands for ``{"upload": id}``.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    upload: str


class UploadTarget(BaseModel):
    """
    The URL and the method for the bytes of an upload.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    upload_id: str
    url: str
    method: str = "PUT"
    headers: dict[str, str]
    expires_at: str


class VersionStatus(BaseModel):
    """
    The video in another language.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    language: str
    job_id: str
    state: str
    problem: str
    status_url: str


class ViewToken(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    token: str | None
    expires_at: str | None


class VisibleLabel(BaseModel):
    """
    A visible label in the video which says that a machine made it.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    text: str | None = None
    position: Literal["tl", "tr", "bl", "br"] = "bl"
    seconds: float | None = None


class VoiceItem(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    voice: str
    provider: str
    model: str
    name: str
    gender: str | None
    languages: list[str]
    kind: str
    price_usd: float | None
    price_per: str | None
    expresses_emotion: bool
    is_available: bool
    problem: str
    sample_usd: float
    sample_url: str | None


class VoiceList(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    language: str
    sample_text: str
    voices: list[VoiceItem]


class VoiceSample(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    sample_id: str
    state: str
    status_url: str
    audio_url: str | None
    duration_sec: float | None
    provider: str | None
    problem: str


class Watermark(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    text: str = "Sutradhar"
    position: Literal["tl", "tr", "bl", "br"] = "tr"
    opacity: float = 0.6


class WebhookChoice(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    webhook_url: str | None


class AnalysisAnswer(BaseModel):
    """
    The analysis of a song. Times are in seconds from the start of the file; there are none until it is ready.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    analysis_id: str
    upload_id: str
    state: str
    links: AudioLinks
    problem: str = ""
    duration_sec: float | None = None
    loudness_lufs: float | None = None
    tempo_bpm: float | None = None
    tempo_confidence: float | None = None
    key: str | None = None
    beats: list[float] | None = None
    downbeats: list[float] | None = None
    sections: list[Section] | None = None
    energy: list[float] | None = None
    energy_step_sec: float = 0.5
    peaks: list[float] | None = None
    best: list[SongPart] | None = None
    notices: list[str] | None = None


class BrandLook(BaseModel):
    """
    The part of a brand that the renderer draws with. A job keeps it as it was when the job began.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    fonts: dict[str, LookFile] | None = None
    colors: BrandColors | None = None
    caption_place: Literal["bottom", "middle", "top"] = "bottom"
    logo: LookLogo | None = None


class Character(BaseModel):
    """
    A person, animal or thing that looks the same in every image.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    name: str
    look: str
    image: UploadRef | None = None


class ClipFile(BaseModel):
    """
    A user's own video clip that a scene shows, from ``start_sec`` to ``end_sec`` of the clip.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    upload: str
    start_sec: float = 0.0
    end_sec: float | None = None
    fit: Literal["fill", "fit"] = "fill"
    focus: Point | Literal["face"] | None = None
    sound: Literal["keep", "duck", "drop"] | None = None
    volume_db: float = 0.0
    when_short: Literal["loop", "hold", "trim", "slow"] | None = None


class Cost(BaseModel):
    """
    The cost of a job in US dollars.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    estimated_usd: float
    estimated_most_usd: float
    actual_usd: float
    reserved_usd: float
    lines: list[CostLine]


class CostEstimate(BaseModel):
    """
    The cost of everything that is not made yet.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    expected_usd: float
    most_usd: float
    lines: list[ExpectedCostLine]


class DaysAnswer(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    scope: str
    days: list[DayCounts]
    total: JobCounts
    counted_since: str | None


class DestinationList(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    destinations: list[DestinationState]


class FieldChange(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    path: str
    before: Any
    after: Any


class ImageFile(BaseModel):
    """
    A user's own image that a scene shows.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    upload: str
    fit: Literal["fill", "fit"] = "fill"
    focus: Point | Literal["face"] | None = None


class JobStatus(BaseModel):
    """
    A job, its steps, its files and its cost. Times are in UTC, money in US dollars, lengths in seconds.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    final_video_url: str | None
    thumbnail_url: str | None
    youtube_url: str | None
    captions: dict[str, CaptionLinks]
    dual_subtitles: DualSubtitles
    audio_tracks: dict[str, str]
    job_id: str
    id: str
    state: str
    status: str
    step: str
    progress_pct: int
    steps: list[StepStatus]
    title: str | None
    description: str
    tags: list[str]
    metadata: dict[str, str]
    owner: str | None
    pinned: bool
    files_deleted_at: str | None
    attempt: int
    assets: list[AssetStatus]
    duration_sec: float | None
    language: str
    versions: list[VersionStatus]
    version_of: str | None
    publications: list[PublicationStatus]
    fallbacks: list[FallbackStatus]
    cost: Cost
    logs: list[str]
    error: JobError | None
    waits_until: str | None
    cancel_reason: str | None
    history: list[HistoryEntry] | None
    created_at: str
    started_at: str | None
    completed_at: str | None
    updated_at: str


class JobSummary(BaseModel):
    """
    The facts about the making of a video. The fields about the render are None if the job ended before it.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    job_id: str
    state: str
    encoder: str | None
    render_timings: dict[str, float]
    cache_hits: SegmentCounts | None
    loudness_lufs: float | None
    scenes: list[SceneSpan]
    notices: list[str]
    song: SongFacts | None
    fallbacks: list[FallbackStatus]
    cost: Cost
    error: JobError | None
    render: RenderSummary | None


class LibraryAnswer(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    entries: list[LibraryItem]
    total: int | None
    page: int | None
    page_size: int
    has_more: bool
    next: str | None


class Me(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    key: OwnKey | None
    role: str
    budgets: OwnBudgets
    limits: OwnLimits


class Music(BaseModel):
    """
    The music under the voice.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    mood: Literal["devotional", "calm", "joyful", "heroic", "curious", "tender"] | None = None
    enabled: bool = True
    upload: str | None = None
    start_sec: float = 0.0
    volume_db: float = -12.0
    automation: list[MusicLevel] | None = None


class PlanChange(BaseModel):
    """
    One change of a plan.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    changed_at: str
    changed_by: str
    fields: list[FieldChange]


class PlanPreview(BaseModel):
    """
    The video that a plan would make.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    accepted: bool
    problems: list[ProblemField]
    notices: list[str]
    plan: PlanCopy
    estimate: PlanEstimate
    scene_seconds: list[float]
    kept: list[str]


class PlanReview(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    job_id: str
    state: str
    version: int
    plan: PlanCopy
    changeable: list[str]
    changes: list[PlanChange]
    narrations: list[NarrationLink]
    estimate: CostEstimate
    spent_usd: float
    reserved_usd: float
    approved_at: str | None
    waits_until: str | None


class PublicationAnswer(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    id: str
    job_id: str
    destination: str
    state: str
    publish_at: str
    requested_publish_at: str | None
    when_ready: bool
    timezone: str
    local_time: str
    title: str
    description: str
    tags: list[str]
    privacy: str
    playlist: str | None
    category: str
    made_for_kids: bool
    synthetic_media: bool | None
    priority: int
    url: str | None
    failure: PublicationProblem | None
    next_attempt_at: str | None
    notices: list[str]
    created_at: str
    updated_at: str
    published_at: str | None
    links: dict[str, str]


class RemovalAnswer(BaseModel):
    """
    The removal of all data that a key had when it was requested.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    removal_id: str
    key_id: str | None
    state: str
    requested_at: str
    finished_at: str | None
    removed: RemovedThings
    bytes: int
    kept: list[str]


class SungLine(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    text: str
    words: list[SungWord]


class TitleText(BaseModel):
    """
    Words over the image, besides the captions: a title, or the name and role of the person on the screen.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    text: str
    subtext: str | None = None
    translations: dict[str, TranslatedTitle] | None = None


class AlignmentAnswer(BaseModel):
    """
    The times of lyrics, in seconds from the start of the file; there are none until it is ready.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    alignment_id: str
    upload_id: str
    state: str
    links: AudioLinks
    problem: str = ""
    language: str | None = None
    lines: list[SungLine] | None = None
    lrc: str = ""
    notices: list[str] | None = None


class BrandFields(BaseModel):
    """
    The fields of a brand that its owner decides. A plan that names the brand takes from it every field
    that it leaves out.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    title: str = ""
    fonts: dict[str, BrandFont] | None = None
    colors: BrandColors | None = None
    caption_style: Literal["plain", "highlight"] | None = None
    caption_place: Literal["bottom", "middle", "top"] | None = None
    watermark: str | None = None
    logo: BrandLogo | None = None
    intro: ClipFile | None = None
    outro: ClipFile | None = None
    voice: str | None = None
    delivery: Delivery | None = None
    music: Literal["devotional", "calm", "joyful", "heroic", "curious", "tender"] | None = None
    style: str | None = None
    publish: list[PublishNow] | None = None


class Calendar(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    publications: list[PublicationAnswer]
    from_: Annotated[str, Field(alias="from")]
    to: str
    has_more: bool


class Scene(BaseModel):
    """
    One image or clip, and the narration that is spoken over it.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    narration: str = ""
    image_prompt: str = ""
    image: ImageFile | None = None
    clip: ClipFile | None = None
    color: str | None = None
    narration_audio: OwnNarration | None = None
    characters: list[str] | None = None
    translations: dict[str, str] | None = None
    duration_sec: float | None = None
    transition: Literal["crossfade", "dip", "wipe", "cut"] = "crossfade"
    camera: (
        Literal["zoom_in", "zoom_out", "pan_left", "pan_right", "pan_up", "pan_down", "push_in", "pull_out", "hold"]
        | None
    ) = None
    footage: Literal["none", "stock", "generated"] | None = None
    sounds: list[SoundCue] | None = None
    title: TitleText | None = None
    lower_third: TitleText | None = None


class ScenePatch(BaseModel):
    """
    The new values of one scene.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    index: int
    narration: str = ""
    translations: dict[str, str] | None = None
    image_prompt: str = ""
    image: ImageFile | None = None
    clip: ClipFile | None = None
    duration_sec: float | None = None
    transition: Literal["crossfade", "dip", "wipe", "cut"] = "crossfade"
    camera: (
        Literal["zoom_in", "zoom_out", "pan_left", "pan_right", "pan_up", "pan_down", "push_in", "pull_out", "hold"]
        | None
    ) = None
    sounds: list[SoundCue] | None = None
    title: TitleText | None = None
    lower_third: TitleText | None = None


class BrandAnswer(BaseModel):
    """
    A brand: what the plans that name it take from it.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    name: str
    version: int
    created_at: str
    changed_at: str
    fields: BrandFields


class BrandList(BaseModel):
    model_config = ConfigDict(
        extra="allow",
    )
    brands: list[BrandAnswer]


class OrderedPlan(BaseModel):
    """
    A plan as POST /render takes it. Clients of other systems may also send ``duration`` or ``length`` (length_sec),
    ``script`` (prompt), ``mood`` (music) and ``images``, the ids or file names of uploaded images.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    topic: str | None = None
    prompt: str | None = None
    title: str | None = None
    description: str = ""
    tags: list[str] | None = None
    language: (
        Literal[
            "en",
            "hi",
            "bn",
            "ta",
            "te",
            "mr",
            "gu",
            "kn",
            "ml",
            "pa",
            "ur",
            "ne",
            "sa",
            "es",
            "fr",
            "de",
            "pt",
            "it",
            "id",
            "ar",
            "ru",
            "ja",
            "ko",
            "zh",
        ]
        | None
    ) = None
    languages: (
        list[
            Literal[
                "en",
                "hi",
                "bn",
                "ta",
                "te",
                "mr",
                "gu",
                "kn",
                "ml",
                "pa",
                "ur",
                "ne",
                "sa",
                "es",
                "fr",
                "de",
                "pt",
                "it",
                "id",
                "ar",
                "ru",
                "ja",
                "ko",
                "zh",
            ]
        ]
        | None
    ) = None
    language_output: Literal["videos", "tracks"] = "videos"
    language_voices: dict[str, str] | None = None
    glossary: dict[str, dict[str, str]] | None = None
    localizations: dict[str, Localization] | None = None
    voice: str = "F"
    delivery: Delivery | None = None
    style: str = ""
    length_sec: int = 60
    aspect: Literal["16:9", "9:16", "1:1"] = "16:9"
    seed: int = 0
    scenes: list[Scene] | None = None
    characters: list[Character] | None = None
    music: Music | None = None
    brand: str | None = None
    brand_look: BrandLook | None = None
    intro: ClipFile | None = None
    outro: ClipFile | None = None
    label: VisibleLabel | None = None
    song: Song | None = None
    narration_audio: OwnNarration | None = None
    subtitle_languages: (
        list[
            Literal[
                "en",
                "hi",
                "bn",
                "ta",
                "te",
                "mr",
                "gu",
                "kn",
                "ml",
                "pa",
                "ur",
                "ne",
                "sa",
                "es",
                "fr",
                "de",
                "pt",
                "it",
                "id",
                "ar",
                "ru",
                "ja",
                "ko",
                "zh",
            ]
        ]
        | None
    ) = None
    watermark: Watermark | None = None
    footage: Literal["none", "stock", "generated"] = "none"
    strict: bool = False
    review: bool = False
    budget_usd: float | None = None
    render: RenderSettings | None = None
    metadata: dict[str, str] | None = None
    webhook_url: str | None = None
    publish: list[PlannedPublication] | None = None
    enable_youtube_upload: bool = False
    based_on: str | None = None
    notices: list[str] | None = None


class PlanPatch(BaseModel):
    """
    The new values of a plan. A field that is left out keeps its value; so do the fields that are left out inside
    ``delivery``, ``music``, ``song``, ``narration_audio``, ``watermark`` and ``label``.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    title: str | None = None
    description: str = ""
    tags: list[str] | None = None
    subtitle_languages: (
        list[
            Literal[
                "en",
                "hi",
                "bn",
                "ta",
                "te",
                "mr",
                "gu",
                "kn",
                "ml",
                "pa",
                "ur",
                "ne",
                "sa",
                "es",
                "fr",
                "de",
                "pt",
                "it",
                "id",
                "ar",
                "ru",
                "ja",
                "ko",
                "zh",
            ]
        ]
        | None
    ) = None
    voice: str = "F"
    delivery: Delivery | None = None
    style: str = ""
    music: MusicPatch | None = None
    song: SongPatch | None = None
    narration_audio: RecordingPatch | None = None
    watermark: Watermark | None = None
    label: VisibleLabel | None = None
    scenes: list[ScenePatch] | None = None


class RenderPlan(BaseModel):
    """
    A topic, a prompt, or the scenes themselves; everything else has a sane default.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    topic: str | None = None
    prompt: str | None = None
    title: str | None = None
    description: str = ""
    tags: list[str] | None = None
    language: (
        Literal[
            "en",
            "hi",
            "bn",
            "ta",
            "te",
            "mr",
            "gu",
            "kn",
            "ml",
            "pa",
            "ur",
            "ne",
            "sa",
            "es",
            "fr",
            "de",
            "pt",
            "it",
            "id",
            "ar",
            "ru",
            "ja",
            "ko",
            "zh",
        ]
        | None
    ) = None
    languages: (
        list[
            Literal[
                "en",
                "hi",
                "bn",
                "ta",
                "te",
                "mr",
                "gu",
                "kn",
                "ml",
                "pa",
                "ur",
                "ne",
                "sa",
                "es",
                "fr",
                "de",
                "pt",
                "it",
                "id",
                "ar",
                "ru",
                "ja",
                "ko",
                "zh",
            ]
        ]
        | None
    ) = None
    language_output: Literal["videos", "tracks"] = "videos"
    language_voices: dict[str, str] | None = None
    glossary: dict[str, dict[str, str]] | None = None
    localizations: dict[str, Localization] | None = None
    voice: str = "F"
    delivery: Delivery | None = None
    style: str = ""
    length_sec: int = 60
    aspect: Literal["16:9", "9:16", "1:1"] = "16:9"
    seed: int = 0
    scenes: list[Scene] | None = None
    characters: list[Character] | None = None
    music: Music | None = None
    brand: str | None = None
    brand_look: BrandLook | None = None
    intro: ClipFile | None = None
    outro: ClipFile | None = None
    label: VisibleLabel | None = None
    song: Song | None = None
    narration_audio: OwnNarration | None = None
    subtitle_languages: (
        list[
            Literal[
                "en",
                "hi",
                "bn",
                "ta",
                "te",
                "mr",
                "gu",
                "kn",
                "ml",
                "pa",
                "ur",
                "ne",
                "sa",
                "es",
                "fr",
                "de",
                "pt",
                "it",
                "id",
                "ar",
                "ru",
                "ja",
                "ko",
                "zh",
            ]
        ]
        | None
    ) = None
    watermark: Watermark | None = None
    footage: Literal["none", "stock", "generated"] = "none"
    strict: bool = False
    review: bool = False
    budget_usd: float | None = None
    render: RenderSettings | None = None
    metadata: dict[str, str] | None = None
    webhook_url: str | None = None
    publish: list[PlannedPublication] | None = None
    enable_youtube_upload: bool = False
    based_on: str | None = None
    notices: list[str] | None = None


class FrameBody(BaseModel):
    """
    A frame of the job's plan, of its plan with a ``patch``, or of another ``plan``; nothing of it is stored.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    at: float | None = None
    frame: int | None = None
    scene: int | None = None
    width: int | None = None
    language: (
        Literal[
            "en",
            "hi",
            "bn",
            "ta",
            "te",
            "mr",
            "gu",
            "kn",
            "ml",
            "pa",
            "ur",
            "ne",
            "sa",
            "es",
            "fr",
            "de",
            "pt",
            "it",
            "id",
            "ar",
            "ru",
            "ja",
            "ko",
            "zh",
            "none",
        ]
        | None
    ) = None
    format: Literal["jpeg", "png"] = "jpeg"
    patch: PlanPatch | None = None
    plan: RenderPlan | None = None


class PlanFrameBody(BaseModel):
    """
    A frame of a plan that is no job yet.
    """

    model_config = ConfigDict(
        extra="allow",
    )
    at: float | None = None
    frame: int | None = None
    scene: int | None = None
    width: int | None = None
    language: (
        Literal[
            "en",
            "hi",
            "bn",
            "ta",
            "te",
            "mr",
            "gu",
            "kn",
            "ml",
            "pa",
            "ur",
            "ne",
            "sa",
            "es",
            "fr",
            "de",
            "pt",
            "it",
            "id",
            "ar",
            "ru",
            "ja",
            "ko",
            "zh",
            "none",
        ]
        | None
    ) = None
    format: Literal["jpeg", "png"] = "jpeg"
    plan: RenderPlan
    brand: BrandFields | None = None

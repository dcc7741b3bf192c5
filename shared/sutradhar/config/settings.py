"""All settings of a process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from sutradhar.config.environment import process_environment, read_part, variables_of
from sutradhar.config.parts import (
    ApiSettings,
    BatchSettings,
    BudgetSettings,
    CloudSettings,
    MarkSettings,
    PlanLimitSettings,
    ProcessSettings,
    PublishingSettings,
    RenderTaskSettings,
    RetentionSettings,
    ReviewSettings,
    WebhookSettings,
    WorkerSettings,
)
from sutradhar.config.providers import ProviderSettings, ProviderTable, read_connection
from sutradhar.config.renamed import RenamedSetting, rename_variables
from sutradhar.domain.core.errors import FieldError, InvalidSettings
from sutradhar.domain.plan.limits import API_LIMITS, TERMINAL_LIMITS, PlanLimits
from sutradhar.domain.plan.options import PlanDefaults
from sutradhar.domain.video.render_settings import RendererSettings

if TYPE_CHECKING:
    from sutradhar.config.oidc import OidcSettings

_PLAN_VARIABLES = {
    "mode": "RENDER_MODE",
    "resolution": "TARGET_RES",
    "fps": "FPS",
    "music_db": "MUSIC_DB",
    "watermark_position": "WATERMARK_POS",
}
_PARTS = (
    ProcessSettings,
    CloudSettings,
    ApiSettings,
    WebhookSettings,
    RetentionSettings,
    ReviewSettings,
    BatchSettings,
    PublishingSettings,
    MarkSettings,
    WorkerSettings,
    RenderTaskSettings,
    RendererSettings,
    PlanLimitSettings,
    BudgetSettings,
)
_OF_THIS_MACHINE = {
    variable
    for part in (ProcessSettings, CloudSettings, WorkerSettings, RenderTaskSettings)
    for variable in variables_of(part).values()
    if variable not in ("ASSET_DAYS", "LOG_LEVEL", "OTEL_EXPORTER_OTLP_ENDPOINT", "RENDER_FIGURES", "SENTRY_DSN")
} | {"FRAME_URL", "JSON_LOGS", "PORT", "YOUTUBE_CLIENT_SECRETS"}
"""Settings that other machines, or other tasks, have for themselves."""
_CHOICE_VARIABLES = {
    name: variable for name, variable in variables_of(ProviderSettings).items() if name not in ("connections", "chains")
}


@dataclass(frozen=True, eq=False, repr=False)  # it has secrets; and each feature takes time when a function starts
class Settings:
    """All settings of a process, in frozen parts."""

    process: ProcessSettings
    cloud: CloudSettings | None
    """Only with BACKEND=gcp."""
    api: ApiSettings
    oidc: "OidcSettings | None"
    """None: the API takes no tokens."""
    webhooks: WebhookSettings
    retention: RetentionSettings
    review: ReviewSettings
    batches: BatchSettings
    publishing: PublishingSettings
    marks: MarkSettings
    worker: WorkerSettings
    render_task: RenderTaskSettings
    renderer: RendererSettings
    providers: ProviderSettings
    budget: BudgetSettings
    plan_defaults: PlanDefaults
    """The values of plans that leave them open: RENDER_MODE, TARGET_RES, FPS, MUSIC_DB, WATERMARK_POS, SCHEDULE_TZ."""
    api_limits: PlanLimits
    """The limits of plans over HTTP; without a setting 20 scenes, 20 s a scene and 600 s."""
    terminal_limits: PlanLimits
    """The limits of plans from the terminal of this machine; without a setting 100 scenes, 600 s and 600 s."""
    renamed: Sequence[RenamedSetting]
    """The settings that were set under an old name."""
    environment: Mapping[str, str]
    """The environment for child processes, with new names of settings in place of old ones."""
    table: ProviderTable

    @property
    def home(self) -> Path:
        """The folder in which the local backend keeps jobs, files and its queue."""
        return self.process.home

    @property
    def youtube_token(self) -> Path:
        """The file of this machine that keeps the sign-in to YouTube."""
        return self.publishing.youtube_token_file or self.home / "youtube.json"

    @property
    def publish_folder(self) -> Path | None:
        """The folder that gets published videos; None: there is none, since a function has no folder that stays."""
        return self.publishing.folder or (None if self.cloud else self.home / "published")

    @property
    def cloud_environment(self) -> dict[str, str]:
        """Return the settings that were set, for functions on an emulated cloud, which sets its own places; secrets are
        among them."""
        names = list_variables(self.table) - _OF_THIS_MACHINE
        variables = {name: text for name, text in self.environment.items() if name in names}
        files = {"PRICE_TABLE": self.budget.price_table}
        if self.youtube_token.is_file():
            files["YOUTUBE_TOKEN_FILE"] = self.youtube_token
        for name, text, path in (
            ("MARKS_CERTIFICATE", self.marks.certificate, self.home / "marks" / "certificate.pem"),
            ("MARKS_KEY", self.marks.key, self.home / "marks" / "key.pem"),
        ):
            if "-----BEGIN" not in text and (text or path.is_file()):
                files[name] = Path(text).expanduser() if text else path
        # the other processes may have another working directory
        return variables | {name: str(path.resolve()) for name, path in files.items() if path}

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None, table: ProviderTable | None = None) -> Self:
        """Read the settings.

        Args:
            env: the environment; None: that of this process.
            table: the providers; None: all that there are.

        Raises:
            InvalidSettings: it names every variable that has a wrong value.
        """
        faults: list[FieldError] = []
        table = table or ProviderTable()
        env, renamed = rename_variables(process_environment() if env is None else env, table, faults)
        process = read_part(ProcessSettings, env, faults)
        # model_dump would build a serializer while a function starts
        limits = {name: limit for name, limit in read_part(PlanLimitSettings, env, faults) if limit is not None}
        publishing = read_part(PublishingSettings, env, faults)
        settings = cls(
            process=process,
            cloud=read_part(CloudSettings, env, faults) if process.backend == "gcp" else None,
            api=read_part(ApiSettings, env, faults),
            oidc=_read_oidc(env, faults),
            webhooks=read_part(WebhookSettings, env, faults),
            retention=read_part(RetentionSettings, env, faults),
            review=read_part(ReviewSettings, env, faults),
            batches=read_part(BatchSettings, env, faults),
            publishing=publishing,
            marks=read_part(MarkSettings, env, faults),
            worker=read_part(WorkerSettings, env, faults),
            render_task=read_part(RenderTaskSettings, env, faults),
            renderer=read_part(RendererSettings, env, faults),
            providers=_read_providers(env, table, faults),
            budget=read_part(BudgetSettings, env, faults),
            plan_defaults=read_part(PlanDefaults, env, faults, _PLAN_VARIABLES).evolve(zone=publishing.zone),
            api_limits=API_LIMITS.evolve(**limits),
            terminal_limits=TERMINAL_LIMITS.evolve(**limits),
            renamed=renamed,
            environment=env,
            table=table,
        )
        if faults:
            raise InvalidSettings([_name_as_set(fault, renamed) for fault in faults])
        return settings


def _name_as_set(fault: FieldError, renamed: Sequence[RenamedSetting]) -> FieldError:
    """Return ``fault`` with the old name of its variable, if it was set under that."""
    old = next((one.old for one in renamed if one.new == fault.path), None)
    return FieldError(fault.path, f"{fault.message}, set as {old}") if old else fault


def list_variables(table: ProviderTable | None = None) -> frozenset[str]:
    """Return the names of all variables from which the settings are read."""
    from sutradhar.config.oidc import OidcSettings  # noqa: PLC0415 - see _read_oidc

    parts = [variable for part in (*_PARTS, OidcSettings) for variable in variables_of(part).values()]
    chosen = (*_CHOICE_VARIABLES.values(), *_PLAN_VARIABLES.values())
    return frozenset((*parts, *chosen, *(table or ProviderTable()).variables()))


def _read_oidc(env: Mapping[str, str], faults: list[FieldError]) -> "OidcSettings | None":
    if not any(name.startswith("OIDC_") for name in env):
        return None
    # few deployments have an issuer, and this takes 1 ms of a cold start
    from sutradhar.config.oidc import OidcSettings  # noqa: PLC0415 - see above

    oidc = read_part(OidcSettings, env, faults)
    faults.extend(oidc.find_faults())
    return oidc if oidc.issuer else None


def _read_providers(env: Mapping[str, str], table: ProviderTable, faults: list[FieldError]) -> ProviderSettings:
    connections = {
        spec.name: connection for spec in table.hosted_providers if (connection := read_connection(spec, env, faults))
    }
    named = {chain.kind: env.get(chain.variable, "").split(",") for chain in table.chains}
    chains = {kind: tuple(name.strip() for name in names if name.strip()) for kind, names in named.items()}
    chosen = read_part(ProviderSettings, env, faults, _CHOICE_VARIABLES)
    return chosen.evolve(connections=connections, chains={kind: names for kind, names in chains.items() if names})

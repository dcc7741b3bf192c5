"""The composition root: it turns the settings into ports. Adapters are imported when they are first needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from sutradhar import telemetry
from sutradhar.config import Settings, find_settings_of_other

if TYPE_CHECKING:
    from sutradhar.bootstrap.gcp import GcpBackend
    from sutradhar.bootstrap.local import LocalBackend
    from sutradhar.domain.plan.plan import RenderPlan
    from sutradhar.domain.video.job_estimate import JobEstimate
    from sutradhar.pipeline.services import Services
    from sutradhar.ports.backend import Backend
    from sutradhar.ports.marks import MarkSigner


@cache
def settings() -> Settings:
    """Return the settings of this process."""
    current = Settings.from_env()
    project = current.cloud.project if current.cloud else ""
    telemetry.configure(current.process.log_level, current.environment, project)
    if current.process.log_file:
        telemetry.write_to(current.process.log_file, also_stderr=True)
    if current.process.sentry_dsn or current.process.otlp_endpoint:
        _start_observers(current.process.sentry_dsn, current.process.otlp_endpoint)
    return current


def _start_observers(sentry_dsn: str, otlp_endpoint: str) -> None:
    """Start what sends errors and spans to other servers; a missing package ends no process."""
    from sutradhar.domain.core.errors import NotInstalled

    try:
        if sentry_dsn:
            from sutradhar.sentry_reports import start_sentry

            start_sentry(sentry_dsn, telemetry.hide_secrets)
        if otlp_endpoint:
            from sutradhar.tracing import start_tracing

            start_tracing(otlp_endpoint)
    except NotInstalled as exc:
        telemetry.log("observer_missing", level="warning", error=str(exc))


@cache
def backend() -> Backend:
    """Return the backend of this process, and log its settings with old names or without effect."""
    for renamed in settings().renamed:
        # not earlier: a command has named its log file now
        telemetry.log("setting_renamed", level="warning", old=renamed.old, new=renamed.new)
    for name, reason in find_settings_of_other(settings().process.backend, settings().environment).items():
        telemetry.log("setting_idle", level="warning", name=name, reason=reason)
    return gcp_backend(settings()) if settings().process.backend == "gcp" else local_backend(settings())


PUBLISH_WORKERS = 40
"""The messages that the function ``publish`` works on at a time: 10 instances with 4 each (terraform/functions.tf)."""
BATCH_PLACES = 20
"""The rows of batches that the functions work on at a time; `produce` has 50 instances (terraform/functions.tf)."""


@cache
def services() -> Services:
    """Return what the stages of this process work with. Raise InvalidSettings for a chosen model without a price."""
    return services_on(backend(), settings())


def services_on(backend: Backend, settings: Settings) -> Services:
    """Return the services on another backend, or by other settings, than this process has."""
    from sutradhar.bootstrap.providers import ConfiguredProviders, read_prices
    from sutradhar.domain.billing.price import micros
    from sutradhar.domain.jobs.retention import RetentionRules
    from sutradhar.pipeline.services import Services

    prices = read_prices(settings)
    providers = ConfiguredProviders(settings, backend, prices)
    if settings.providers.connections:
        providers.models.refuse_unpriced(prices)
    return Services(
        backend,
        providers,
        settings.plan_defaults,
        settings.api_limits,
        job_cap=micros(settings.budget.job_cap_usd),
        retention=RetentionRules(
            settings.retention.output_days, settings.retention.upload_days, settings.retention.job_days
        ),
        max_active_jobs=settings.api.max_active_jobs,
        batch_active_jobs=settings.batches.active_jobs or (BATCH_PLACES if settings.cloud else 4),
        publish_workers=PUBLISH_WORKERS if settings.cloud else 1,
        review_period=timedelta(days=settings.review.days) or None,
    )


def estimate_job(plan: RenderPlan, video_sec: float) -> JobEstimate:
    """Estimate how long a job for ``plan`` takes with this process's backend, and what its render costs there; a render
    on this machine costs nothing."""
    from sutradhar.domain.video.job_estimate import estimate_job

    if cloud := settings().cloud:
        return estimate_job(plan, video_sec, cloud.render_machine)
    from sutradhar.bootstrap.machine import describe_local_machine

    return replace(
        estimate_job(plan, video_sec, describe_local_machine(settings().home), is_shared=False), render_usd=0
    )


def mark_signer() -> MarkSigner | None:
    """Return the signer of the marks in this process's files; None: this installation has no certificate.

    Raises:
        MarkError: the certificate has expired, belongs to another key, or cannot be read.
    """
    from sutradhar.bootstrap.marks import make_signer

    return make_signer(settings(), backend().clock)


def release_models() -> None:
    """Drop the models of offline providers and aligners that no thread uses now; they are loaded again when needed."""
    from sutradhar.bootstrap.providers import ConfiguredProviders

    providers = services().providers
    if isinstance(providers, ConfiguredProviders):  # tests have others
        providers.registry.release_models()


def fetch_identity_token(url: str) -> str:
    """Return the token by which this process may call our service at ``url``; empty: it is on this machine and asks for
    none. Raise BackendError if Google gives none."""
    if not url.startswith("https://"):
        return ""
    from sutradhar.backends.gcp.identity import fetch_token

    return fetch_token(url)


def local_backend(settings: Settings) -> LocalBackend:
    from sutradhar.bootstrap.local import local_backend

    return local_backend(settings)


def gcp_backend(settings: Settings) -> GcpBackend:
    from sutradhar.bootstrap.gcp import GcpBackend

    assert settings.cloud is not None
    return GcpBackend(settings.cloud)

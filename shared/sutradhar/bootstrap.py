"""The composition root: Settings in, ports out. Adapters are imported when they are first needed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn, cast

from pydantic import ValidationError

from sutradhar import telemetry
from sutradhar.config import Settings
from sutradhar.domain.billing.price import PriceTable, micros
from sutradhar.domain.core.errors import FieldError, InvalidRequest, InvalidSettings
from sutradhar.ports.clock import SystemClock

if TYPE_CHECKING:
    from sutradhar.doctor import Check
    from sutradhar.domain.billing.model_table import ModelTable
    from sutradhar.pipeline.billing.call_gate import Purchases
    from sutradhar.pipeline.services import Services
    from sutradhar.ports.bus import MessageBus
    from sutradhar.ports.clock import Clock
    from sutradhar.ports.media import MediaReader
    from sutradhar.ports.providers import (
        ClipGenerator,
        Composer,
        FootageLibrary,
        ImageGenerator,
        Narrator,
        Planner,
        SoundLibrary,
    )
    from sutradhar.ports.records import RecordStore
    from sutradhar.ports.runner import RenderRunner
    from sutradhar.ports.stores import AssetStore, BlobStore, JobStore, LeaseStore
    from sutradhar.providers.models import Models
    from sutradhar.providers.registry import Registry


@dataclass(frozen=True, eq=False, repr=False)  # each feature of a class takes time when it is made
class Backend:
    """Everything that keeps or carries something."""

    jobs: JobStore
    assets: AssetStore
    leases: LeaseStore
    records: RecordStore
    blobs: BlobStore
    bus: MessageBus
    runner: RenderRunner
    clock: Clock
    end_executions: Callable[[], None]
    """Ends the renderers that this process started, and waits for it."""
    close: Callable[[], None]
    """Gives back what it holds."""
    worker: Callable[..., Any]
    """Makes the worker that delivers the bus's messages in this process."""


@cache
def settings() -> Settings:
    found = Settings.from_env()
    telemetry.show_from(found.log_level)
    return found


@cache
def backend() -> Backend:
    """The backend of this process."""
    return gcp_backend(settings()) if settings().backend == "gcp" else local_backend(settings())


@cache
def services() -> Services:
    return services_on(backend(), settings())


def services_on(backend: Backend, settings: Settings) -> Services:
    from sutradhar.pipeline.services import Services

    purchases = _purchases(backend, settings)
    registry = _registry(settings, purchases)
    models = _models(registry)
    if settings.vendors:
        models.refuse_unpriced(_prices(settings))
    return Services(
        jobs=backend.jobs,
        assets=backend.assets,
        leases=backend.leases,
        blobs=backend.blobs,
        bus=backend.bus,
        runner=backend.runner,
        records=backend.records,
        purchases=purchases,
        models=models,
        clock=backend.clock,
        planner=cast("Planner", _Lazy(registry.planner)),
        narrator=cast("Narrator", _Lazy(registry.narrator)),
        images=cast("ImageGenerator", _Lazy(registry.images)),
        clips=cast("ClipGenerator", _Lazy(registry.clips)),
        footage=cast("FootageLibrary", _Lazy(registry.footage)),
        sounds=cast("SoundLibrary", _Lazy(registry.sounds)),
        composer=cast("Composer", _Lazy(registry.composer)),
        media=cast("MediaReader", _Lazy(_media_files)),
        defaults=settings.plan_defaults,
        sketch=registry.sketch,
        limits=settings.api_limits,
        job_cap=micros(settings.job_cap_usd),
    )


def _media_files() -> MediaReader:
    from sutradhar.providers.media.upload_reader import MediaFiles

    return MediaFiles()


def _purchases(backend: Backend, settings: Settings) -> Purchases:
    from sutradhar.pipeline.billing.call_gate import Purchases

    return Purchases(
        backend.records,
        backend.leases,
        backend.clock,
        cast("PriceTable", _Lazy(lambda: _prices(settings))),
        None if settings.day_cap_usd is None else micros(settings.day_cap_usd),
        dict.fromkeys(settings.vendors, settings.calls_at_once),
        {name: vendor.calls_a_minute for name, vendor in settings.vendors.items()},
        cast("ModelTable", _Lazy(_model_table)),
    )


def _model_table() -> ModelTable:
    from sutradhar.providers.catalog import model_table

    return model_table()


def _models(registry: Registry) -> Models:
    from sutradhar.providers.models import Models

    return Models(registry, _model_table(), registry.today)


def _registry(settings: Settings, purchases: Purchases) -> Registry:
    from sutradhar.providers.registry import Registry

    return Registry(settings.vendors, settings.providers, settings.chains, purchases, settings.whisper_model)


def _prices(settings: Settings) -> PriceTable:
    """Return the user's own prices, followed by the price table. Raise InvalidRequest for an unreadable file."""
    from importlib.resources import files

    path = settings.prices
    try:
        text = path.read_text() if path else files("sutradhar").joinpath("prices.json").read_text()
        table = PriceTable.model_validate_json(text)
        return table.evolve(prices=(*settings.model_prices, *table.prices))
    except (OSError, ValidationError) as exc:
        raise InvalidSettings([FieldError("PRICES", f"{path} is not a price table: {exc}")]) from exc


def local_backend(settings: Settings) -> Backend:
    from sutradhar.backends.local.blobs import FileBlobStore
    from sutradhar.backends.local.database import Database
    from sutradhar.backends.local.process_registry import Presence
    from sutradhar.backends.local.queue import SqliteQueue
    from sutradhar.backends.local.records import SqliteRecordStore
    from sutradhar.backends.local.runner import LocalRenderRunner
    from sutradhar.backends.local.stores import SqliteAssetStore, SqliteJobStore, SqliteLeaseStore
    from sutradhar.backends.local.worker import Worker

    home, clock = settings.home, SystemClock()
    presence = Presence(home)
    database = Database(home / "state.db")
    queue = SqliteQueue(database, presence, clock, home)
    blobs = FileBlobStore(home / "blobs", presence.owner)
    for owner, path in blobs.unfinished():
        if not presence.alive(owner):
            path.unlink(missing_ok=True)
    environment = {**settings.environment, "SUTRADHAR_HOME": str(home)}
    runner = LocalRenderRunner(home, presence, queue, environment, settings.tmp_workdir or home / "tmp")

    def close() -> None:
        database.close()
        presence.close()

    return Backend(
        jobs=SqliteJobStore(database),
        assets=SqliteAssetStore(database),
        leases=SqliteLeaseStore(database, presence, clock),
        records=SqliteRecordStore(database),
        blobs=blobs,
        bus=queue,
        runner=runner,
        clock=clock,
        end_executions=runner.close,
        close=close,
        worker=lambda handle, give_up: Worker(queue, home, handle, give_up, settings.makers),
    )


def gcp_backend(settings: Settings) -> Backend:
    """Every adapter is imported and made when it is first used, so a function pays for those of its own path only."""
    cloud, clock = settings.cloud, SystemClock()
    assert cloud is not None
    opened: list[Any] = []

    def keep(client: Any) -> Any:
        opened.append(client)
        return client

    @cache
    def firestore() -> Any:
        from sutradhar.backends.gcp.firestore import Firestore

        return keep(Firestore(cloud.project, cloud.database))

    def jobs() -> JobStore:
        from sutradhar.backends.gcp.stores import FirestoreJobStore

        return FirestoreJobStore(firestore(), timedelta(days=cloud.job_days))

    def assets() -> AssetStore:
        from sutradhar.backends.gcp.stores import FirestoreAssetStore

        return FirestoreAssetStore(firestore(), clock, timedelta(days=cloud.asset_days - 1))

    def leases() -> LeaseStore:
        from sutradhar.backends.gcp.stores import FirestoreLeaseStore

        return FirestoreLeaseStore(firestore(), clock)

    def records() -> RecordStore:
        from sutradhar.backends.gcp.records import FirestoreRecordStore

        return FirestoreRecordStore(firestore(), clock)

    def blobs() -> Any:
        from sutradhar.backends.gcp.blobs import GcsBlobStore

        return keep(GcsBlobStore(cloud.project, cloud.bucket, cloud.service_account))

    def bus() -> Any:
        from sutradhar.backends.gcp.bus import PubSubBus

        return keep(PubSubBus(cloud.project, cloud.topic_prefix))

    def runner() -> Any:
        from sutradhar.backends.gcp.runner import CloudRunRunner

        return keep(
            CloudRunRunner(
                cloud.project, cloud.region, cloud.render_job, cloud.render_machine, cloud.run_endpoint, clock
            )
        )

    def close() -> None:
        for client in opened:
            client.close()

    return Backend(
        jobs=cast("JobStore", _Lazy(jobs)),
        assets=cast("AssetStore", _Lazy(assets)),
        leases=cast("LeaseStore", _Lazy(leases)),
        records=cast("RecordStore", _Lazy(records)),
        blobs=cast("BlobStore", _Lazy(blobs)),
        bus=cast("MessageBus", _Lazy(bus)),
        runner=cast("RenderRunner", _Lazy(runner)),
        clock=clock,
        end_executions=lambda: None,  # they are not of this process
        close=close,
        worker=_no_worker,
    )


def _no_worker(*_args: object) -> NoReturn:
    raise InvalidRequest([FieldError("BACKEND", "must be local: on Google Cloud, Pub/Sub delivers to the functions")])


class _Lazy:
    """Stands in for an adapter until something of it is asked for."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make, self._lock = make, threading.Lock()
        self._made: object | None = None

    def __getattr__(self, name: str) -> Any:
        with self._lock:  # two threads must not load a model each
            if self._made is None:
                self._made = self._make()
        return getattr(self._made, name)


def provider_checks() -> list[Check]:
    """Check whether each provider accepts its key and has the chosen models; all providers are asked concurrently."""
    from concurrent.futures import ThreadPoolExecutor

    from sutradhar import doctor

    registry = _registry(settings(), _purchases(backend(), settings()))
    if not settings().vendors:
        return [doctor.no_vendor()]
    models = _models(registry)
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda name: doctor.key(name, lambda: registry.check(name)), settings().vendors))
        taken = [name for name, check in zip(settings().vendors, keys, strict=True) if check.ok]
        chosen = [one for one in models.chosen() if one.provider in taken]
        states = pool.map(lambda one: models.look_up(one.provider, one.model), chosen)
        return [*keys, *(doctor.model(*pair, models.today()) for pair in zip(chosen, states, strict=True))]


def checks() -> list[Check]:
    """Check what this process can do, for ``/readyz`` and ``sutradhar doctor``."""
    from sutradhar import doctor

    registry = _registry(settings(), _purchases(backend(), settings()))
    answers = [doctor.answers("store", lambda: backend().jobs.latest(1))]
    if settings().vendors:
        answers += doctor.prices(lambda: _models(registry).refuse_unpriced(_prices(settings())))
    if settings().backend == "gcp":
        return [*answers, doctor.answers("blobs", lambda: backend().blobs.exists("ready"))]
    return [*answers, doctor.media_files(_media_files()), *doctor.machine(settings(), registry.narrator())]

"""Give a batch's results: the index of its rows, and a zip with their files that is written while it is sent."""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.errors import Conflict, FieldError, InvalidRequest, NotFound
from sutradhar.domain.jobs.batch import Batch, BatchRow
from sutradhar.domain.jobs.batch_index import INDEX_NAME, IndexLine, name_folder, write_index
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.library import make_entry
from sutradhar.domain.jobs.result import list_result_files
from sutradhar.domain.language.tags import Language
from sutradhar.pipeline.batches.rows import read_jobs, read_rows
from sutradhar.pipeline.billing.accounts import read_spent
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.versions import list_versions
from sutradhar.telemetry import log

_PIECE = 1 << 20


@dataclass(frozen=True)
class RowResult:
    """One row with its job, which it may not have yet."""

    row: BatchRow
    job: Job | None
    versions: Mapping[Language, Job] = field(default_factory=dict)
    """The jobs of its video in other languages."""

    @property
    def jobs(self) -> Sequence[Job]:
        """The jobs that have files: of the first video, and of those in other languages."""
        jobs = [*([self.job] if self.job else []), *self.versions.values()]
        return [one for one in jobs if one.result and not one.files_deleted_at]

    @property
    def files(self) -> Mapping[str, str]:
        """The blobs of its finished video by the names of the files; empty: there are none, or none any more. With
        several videos each has a folder of its language."""
        if self.row.state != "succeeded" or self.job is None or self.job not in self.jobs:
            return {}
        prefixes = {one.id: f"{one.current_plan.spoken_language}/" if self.job.versions else "" for one in self.jobs}
        return {
            f"{prefixes[one.id]}{name}": blob
            for one in self.jobs
            if one.result
            for name, blob in list_result_files(one.result).items()
        }

    @property
    def size(self) -> int:
        """The bytes of its videos."""
        return sum(one.result.size for one in self.jobs if one.result) if self.files else 0


def read_results(services: Services, batch: Batch, first: int = 1, last: int | None = None) -> list[RowResult]:
    """Return the rows from number ``first`` to ``last`` with their jobs."""
    rows = [row for row in read_rows(services, batch) if row.number >= first and (last is None or row.number <= last)]
    jobs = read_jobs(services, rows)
    return [make_result(services, row, jobs.get(row.job_id)) for row in rows]


def make_result(services: Services, row: BatchRow, job: Job | None) -> RowResult:
    """Return the row with its job, and with those of its other languages."""
    return RowResult(row, job, list_versions(services, job) if job and job.versions else {})


def make_index(services: Services, results: Sequence[RowResult], base_url: str = "") -> bytes:
    """Return the index of ``results`` as CSV. ``base_url``: the URL of the API; empty: the index has no URLs."""
    jobs = {one.row.number: [*([one.job] if one.job else []), *one.versions.values()] for one in results}
    spent = read_spent(services.records, [job.id for some in jobs.values() for job in some])
    return write_index(
        _describe(one, sum(spent.get(job.id, 0) for job in jobs[one.row.number]), base_url) for one in results
    )


def refuse_large(results: Sequence[RowResult], max_bytes: int) -> None:
    """Raise InvalidRequest if one answer cannot have the videos of all ``results``; it names the rows that fit."""
    total, fitting = 0, 0
    for one in results:
        total += one.size
        fitting = one.row.number if total <= max_bytes else fitting
    if total > max_bytes:
        first = results[0].row.number
        size = f"the videos of these rows have {total / 1e9:.1f} GB, and one answer may have {max_bytes / 1e9:.1f} GB"
        advice = f"ask for ?from={first}&to={max(fitting, first)} first" if fitting else "download each by its URL"
        raise InvalidRequest([FieldError("to", f"{size}; {advice}")])


def stream_zip(services: Services, results: Sequence[RowResult], base_url: str = "") -> Iterator[bytes]:
    """Yield the bytes of a zip with the index first and then a folder for each finished video. At most some megabytes
    are in memory at a time, and nothing is compressed: videos cannot be made smaller.

    Raises:
        Conflict: no row has a finished video.
    """
    if not any(one.files for one in results):
        raise Conflict("no row of the batch has a finished video yet")
    return _write_zip(services, results, make_index(services, results, base_url))


def _write_zip(services: Services, results: Sequence[RowResult], index: bytes) -> Iterator[bytes]:
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_make_member(INDEX_NAME, len(index)), index)
        for one in results:
            for name, blob in one.files.items():
                yield from _write_member(services, archive, sink, f"{name_folder(one.row)}/{name}", blob)
    yield sink.take()


def _write_member(services: Services, archive: zipfile.ZipFile, sink: "_Sink", name: str, blob: str) -> Iterator[bytes]:
    try:
        size = services.blobs.size(blob)
        source = services.blobs.open(blob)
    except NotFound as exc:  # retention deleted it after the index was written
        log("result_missing", level="warning", exc=exc, blob=blob)
        return
    with source, archive.open(_make_member(name, size), "w") as member:
        while piece := source.read(_PIECE):
            member.write(piece)
            yield sink.take()
    yield sink.take()


def _make_member(name: str, size: int) -> zipfile.ZipInfo:
    """Return the entry of a file. Its time is always the same, so equal results make an equal zip."""
    member = zipfile.ZipInfo(name)
    member.file_size = size
    member.external_attr = 0o644 << 16
    return member


class _Sink(io.RawIOBase):
    """A file that only goes forward, and whose bytes are taken out piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(memoryview(data))  # type: ignore[arg-type]
        self._pieces.append(piece)
        return len(piece)

    def take(self) -> bytes:
        """Return the bytes that were written since the last call."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _describe(one: RowResult, spent: int, base_url: str) -> IndexLine:
    job, row = one.job, one.row
    url = f"{base_url}/render/{job.id}" if base_url and job else ""
    return IndexLine(
        row=row.number,
        id=row.row_id,
        state=row.state,
        title=make_entry(job).title if job else "",
        folder=name_folder(row) if one.files else "",
        job_id=row.job_id,
        duration_sec=job.result.duration_sec if job and job.result else None,
        size_bytes=job.result.size if job and job.result else None,
        paid_usd=usd(spent),
        error=row.error,
        status_url=f"{url}/status" if url else "",
        video_url=f"{url}/file" if url and one.files else "",
    )

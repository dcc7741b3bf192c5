"""Run `sutradhar retention`: delete what is no longer kept, or show it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any

import typer

from functions.cli.console import print_line, report_errors
from functions.cli.output import AsJson, add_row, make_table, print_json, print_table
from functions.cli.start import begin_command
from sutradhar import bootstrap
from sutradhar.domain.core.errors import LeaseHeld
from sutradhar.domain.jobs.messages import DeleteBatch, DeleteJobFiles, DeleteUpload, Message
from sutradhar.pipeline.retention_plan import Removal, plan_retention

_NAMES: Mapping[str, str] = {
    "job": "job with its files",
    "files": "files of a job",
    "orphan": "files without a job",
    "batch": "batch",
    "upload": "upload",
    "lost_upload": "file without an upload",
}


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go; delete nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete old files, jobs and unused uploads; `serve` does it once a day. Pinned jobs stay.

    Files of a job go 30 days after its end (OUTPUT_DAYS), uploads that no kept job uses after 7 days (UPLOAD_DAYS), and
    jobs and batches themselves only with JOB_DAYS.
    """
    from sutradhar.pipeline.retention import run_retention

    with report_errors():
        begin_command()
        services = bootstrap.services()
        removals = plan_retention(services) if dry_run else run_retention(services)
        if not dry_run and bootstrap.settings().process.backend == "local":
            _delete_now(removals)
    if as_json:
        total = {"files": sum(one.files for one in removals), "bytes": sum(one.size for one in removals)}
        print_json({"dry_run": dry_run, "removals": [_describe(one) for one in removals], **total})
        return
    table = make_table("id", "what", "title", "files", "size", "why")
    for one in removals:
        add_row(table, one.id, _NAMES[one.kind], one.title, str(one.files), _format_size(one.size), one.reason)
    print_table(table, "Everything is young enough, pinned or in use: nothing goes.")
    if removals:
        verb = "would go" if dry_run else "are deleted"
        print_line(
            f"{sum(one.files for one in removals)} files, {_format_size(sum(one.size for one in removals))} {verb}."
        )


def _delete_now(removals: Sequence[Removal]) -> None:
    """Delete the files in this process, since no server may be running."""
    from sutradhar.pipeline.handle import handle

    for one in removals:
        message: Message = DeleteJobFiles(job_id=one.id)
        if one.kind == "batch":
            message = DeleteBatch(batch_id=one.id)
        elif one.kind in ("upload", "lost_upload"):
            message = DeleteUpload(upload_id=one.id)
        with suppress(LeaseHeld):  # a server deletes them already
            handle(bootstrap.services(), message)


def _describe(one: Removal) -> Mapping[str, Any]:
    facts = {"kind": one.kind, "id": one.id, "title": one.title or None}
    return {**facts, "files": one.files, "bytes": one.size, "reason": one.reason}


def _format_size(size: int) -> str:
    return f"{size / 1e6:.1f} MB"

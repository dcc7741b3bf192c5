"""Run `sutradhar library`: list and search the jobs."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from functions.cli.console import print_line, report_errors
from functions.cli.options import read_whole
from functions.cli.output import (
    AsJson,
    add_row,
    format_seconds,
    format_time,
    make_table,
    parse_options,
    print_json,
    print_table,
    style_state,
)
from functions.cli.start import begin_command
from sutradhar import bootstrap
from sutradhar.domain.billing.price import usd
from sutradhar.domain.jobs.library import LibraryEntry, LibraryQuery


def library(
    words: Annotated[
        list[str] | None, typer.Argument(help="Beginnings of words in the title or the topic; each must occur.")
    ] = None,
    state: Annotated[
        str | None, typer.Option(help="Only jobs in this state: success, error, running, pending, canceled ...")
    ] = None,
    language: Annotated[str | None, typer.Option(help="Only jobs in this language, such as en or ta.")] = None,
    page: Annotated[int | None, typer.Option(parser=read_whole, metavar="NUMBER", help="The page, from 1.")] = None,
    page_size: Annotated[
        int, typer.Option(parser=read_whole, metavar="NUMBER", help="The most jobs on a page, 1 to 100.")
    ] = 20,
    after: Annotated[str | None, typer.Option(metavar="CURSOR", help="The `next` of the page before.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the jobs with their videos, the newest first, or search them."""
    from sutradhar.pipeline.library import list_library

    texts = {"state": state, "language": language, "after": after, "page_size": page_size, "page": page}
    with report_errors():
        begin_command()
        query = parse_options(LibraryQuery, {**texts, "q": " ".join(words or ())})
        found_page = list_library(bootstrap.services(), query)
        rows = [_describe_entry(entry, found_page.spent.get(entry.job_id, 0)) for entry in found_page.entries]
    if as_json:
        print_json({"entries": rows, "total": found_page.total, "page": found_page.page, "next": found_page.next})
        return
    table = make_table("job", "title", "state", "language", "length", "paid", "created")
    for row, entry in zip(rows, found_page.entries, strict=True):
        paid = f"{row['cost_usd']:.2f} USD" if row["cost_usd"] else ""
        length, created = format_seconds(entry.duration_sec), format_time(entry.created_at)
        title = f"{entry.title} (pinned)" if entry.pinned else entry.title
        add_row(table, entry.job_id, title, style_state(entry.state), entry.language, length, paid, created)
    print_table(table, "No job matches." if state or language or words else "No jobs yet.")
    if found_page.next:
        total = "" if found_page.total is None else f" of {found_page.total} jobs"
        following = f"--page {found_page.page + 1}" if found_page.page else f"--after {found_page.next}"
        print_line(f"There is more{total}: {following}")


def _describe_entry(entry: LibraryEntry, spent: int) -> Mapping[str, Any]:
    return {
        "job_id": entry.job_id,
        "title": entry.title,
        "topic": entry.topic or None,
        "state": entry.state,
        "language": entry.language,
        "pinned": entry.pinned,
        "publications": entry.publications,
        "youtube_url": entry.youtube_url,
        "duration_sec": entry.duration_sec,
        "cost_usd": usd(spent),
        "created_at": entry.created_at,
        "finished_at": entry.finished_at,
    }

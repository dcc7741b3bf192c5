"""Run `sutradhar logs`: show the log for people, of one job or of all."""

from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from functions.cli.console import handle_signals, make_printable, report_errors
from functions.cli.jobs import OptionalJobId
from functions.cli.log_lines import SEVERITIES, LineFilter, LogLine, LogTail, read_newest
from functions.cli.options import read_whole
from functions.cli.output import AsJson, print_json
from functions.cli.start import LOG_NAME, begin_command
from sutradhar import bootstrap
from sutradhar.domain.core.errors import FieldError, InvalidRequest

_STYLES = {"DEBUG": "dim", "WARNING": "yellow", "ERROR": "red", "CRITICAL": "red"}
_HEADINGS = ("time", "severity", "event", "job_id")
_LEVELS = ("debug", "info", "warning", "error")


def logs(
    job_id: OptionalJobId = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new lines until Ctrl-C.")] = False,
    lines: Annotated[
        int, typer.Option("--lines", "-n", parser=read_whole, metavar="NUMBER", help="The newest lines to show.")
    ] = 100,
    level: Annotated[
        str, typer.Option(help="The least severe lines to show: debug, info, warning or error.")
    ] = "debug",
    as_json: AsJson = False,
) -> None:
    """Show the newest lines of the log; with JOB those of this job and its renderers.

    The log of this machine is sutradhar.log in SUTRADHAR_HOME. With BACKEND=gcp, `gcloud` reads Cloud Logging.
    """
    if lines < 1:
        raise typer.BadParameter(f"must be 1 or more (got {lines})", param_hint="--lines")
    if level.lower() not in _LEVELS:
        raise typer.BadParameter(f"must be debug, info, warning or error (got {level!r})", param_hint="--level")
    if follow and as_json:
        raise typer.BadParameter("lines that go on make no single document; leave out --json", param_hint="--follow")
    with report_errors("The log goes on."):
        begin_command()
        severities = SEVERITIES[SEVERITIES.index(level.upper()) :]
        wanted_lines = LineFilter(job_id, severities)
        newest = _read_newest(wanted_lines, lines, follow)
        if as_json:
            print_json({"lines": [line.fields for line in newest]})
            return
        console = Console(highlight=False, soft_wrap=True)
        with handle_signals():
            for line in newest:
                console.print(format_line(line))
            if follow:
                for line in LogTail(bootstrap.settings().home / LOG_NAME, wanted_lines).follow():
                    console.print(format_line(line))


def _read_newest(wanted_lines: LineFilter, limit: int, follow: bool) -> list[LogLine]:
    settings = bootstrap.settings()
    if wanted_lines.job_id is not None:
        bootstrap.backend().jobs.get(wanted_lines.job_id)  # an unknown job is an error, not an empty log
    if settings.cloud is None:
        return read_newest(settings.home, LOG_NAME, wanted_lines, limit)
    from functions.cli.cloud_log import make_filter, read_cloud_lines

    least_severe = wanted_lines.severities[0]
    if follow:
        tail = f"gcloud beta logging tail '{make_filter(wanted_lines.job_id, least_severe)}'"
        message = f"reads no log of Google Cloud; use {tail} --project={settings.cloud.project}"
        raise InvalidRequest([FieldError("--follow", message)])
    return read_cloud_lines(settings.cloud.project, wanted_lines.job_id, least_severe, limit)


def format_line(line: LogLine) -> Text:
    """Return a line for people: the time of this machine, the severity, the event, the job, and all other fields.

    A stack trace follows on lines of its own.
    """
    fields = {name: value for name, value in line.fields.items() if name not in (*_HEADINGS, "stack_trace")}
    event, job_id = line.fields.get("event", ""), line.fields.get("job_id", "")
    words = [str(word) for word in (event, job_id) if word]
    words += [str(value) if name == "message" else f"{name}={value}" for name, value in fields.items()]
    text = Text.assemble(
        (_format_time(line.time), "dim"), " ", (f"{line.severity:<8}", _STYLES.get(line.severity, "")), " "
    )
    text.append(make_printable(" ".join(words)))
    if trace := line.fields.get("stack_trace"):
        text.append("\n" + make_printable(str(trace)).rstrip(), style="dim")
    return text


def _format_time(time: str) -> str:
    try:
        return f"{datetime.fromisoformat(time).astimezone():%m-%d %H:%M:%S}"
    except ValueError:
        return " " * 14

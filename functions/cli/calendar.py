"""Run `sutradhar calendar`: show the publications by their times."""

from typing import Annotated

import typer

from functions.cli.calendar_sheet import NARROWEST, draw_months, group_by_day, make_calendar_table
from functions.cli.console import print_line, report_errors
from functions.cli.options import read_whole
from functions.cli.output import AsJson, find_width, print_json, print_table
from functions.cli.publication_input import name_options
from functions.cli.start import begin_command
from sutradhar import bootstrap
from sutradhar.domain.publishing.publication_answer import Calendar, PublicationAnswer
from sutradhar.domain.publishing.schedule_time import read_zone


def calendar(
    start: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="Such as 2026-12-01, or a time. Default: yesterday.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="The last day. Default: 31 days after --from.")
    ] = None,
    limit: Annotated[
        int, typer.Option(parser=read_whole, metavar="NUMBER", help="The most publications, 1 to 500.")
    ] = 100,
    as_json: AsJson = False,
) -> None:
    """Show what is published when: the weeks of each month, and a table of the days.

    Each time is one of the zone that its publication was ordered in; --from and --to are days of SCHEDULE_TZ.
    """
    from sutradhar.pipeline.publishing.orders import read_calendar

    if not 1 <= limit <= 500:
        raise typer.BadParameter(f"must be from 1 to 500 (got {limit})", param_hint="--limit")
    with report_errors(), name_options():
        begin_command()
        services, zone = bootstrap.services(), bootstrap.settings().publishing.zone
        page = read_calendar(services, None, start, end, zone=zone, limit=limit)
    if as_json:
        answers = tuple(PublicationAnswer.describe(one) for one in page.publications)
        print_json(Calendar(publications=answers, start=page.start, end=page.end, has_more=page.has_more))
        return
    days = group_by_day(page.publications)
    if find_width() >= NARROWEST:
        for sheet in draw_months(days, services.clock.now().astimezone(read_zone(zone)).date()):
            print_table(sheet, "")
    place = read_zone(zone)
    span = f"from {page.start.astimezone(place):%Y-%m-%d %H:%M} to {page.end.astimezone(place):%Y-%m-%d %H:%M} ({zone})"
    print_table(
        make_calendar_table(days, find_width()),
        f"Nothing is published {span}: `sutradhar publish JOB --at TIME` orders it.",
    )
    if page.has_more:
        print_line("There are earlier ones in this time: choose an earlier --to, or a higher --limit.")

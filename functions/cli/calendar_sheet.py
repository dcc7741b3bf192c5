"""Draw the calendar of publications: the weeks of a month, and a table of its days."""

import calendar
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from rich.table import Table
from rich.text import Text

from functions.cli.console import make_printable
from functions.cli.output import add_row, get_state_style, make_table, style_state
from functions.cli.publication_view import get_local_time
from sutradhar.domain.publishing.publication import Publication

_MOST_IN_A_DAY = 3
"""The videos that a day of a month names; the table has all of them."""
NARROWEST = 100
"""Columns below which the days of a month have no room for words."""
_WIDE = 130
"""Columns from which on a line has room for the ids beside the words."""

Days = Mapping[date, Sequence[Publication]]


def group_by_day(publications: Sequence[Publication]) -> Days:
    """Return the publications of each day, by the local times of their own zones, the earliest first."""
    days: dict[date, list[Publication]] = defaultdict(list)
    for one in sorted(publications, key=lambda one: (get_local_time(one).replace(tzinfo=None), one.id)):
        days[get_local_time(one).date()].append(one)
    return days


def draw_months(days: Days, today: date) -> Iterator[Table]:
    """Yield each month that has publications: its weeks from the first one to the last one that has any."""
    for year, month in dict.fromkeys((day.year, day.month) for day in days):
        sheet = Table(title=f"{calendar.month_name[month]} {year}", show_lines=True, expand=True)
        for name in calendar.day_abbr:
            sheet.add_column(name, ratio=1, no_wrap=True, overflow="ellipsis")
        weeks = [
            [day if day.month == month else None for day in week]
            for week in calendar.Calendar().monthdatescalendar(year, month)
        ]
        full = [number for number, week in enumerate(weeks) if any(day in days for day in week)]
        for week in weeks[full[0] : full[-1] + 1]:
            sheet.add_row(*(_draw_day(day, days, today) if day else "" for day in week))
        yield sheet


def _draw_day(day: date, days: Days, today: date) -> Text:
    publications = days.get(day, ())
    text = Text()
    text.append(str(day.day), style="reverse" if day == today else "bold" if publications else "dim")
    for one in publications[:_MOST_IN_A_DAY]:
        title = make_printable(one.details.title)
        text.append(f"\n{get_local_time(one):%H:%M} {title}", style=get_state_style(one.state))
    if len(publications) > _MOST_IN_A_DAY:
        text.append(f"\n+ {len(publications) - _MOST_IN_A_DAY} more", style="dim")
    return text


def make_calendar_table(days: Days, width: int) -> Table:
    """Return a table of the publications, with a line for each day. On a terminal of few columns the ids stand below
    the titles, so that nothing is cut."""
    is_wide = width >= _WIDE
    table = make_table("time", "video", "to", "state", *(("publication", "job") if is_wide else ()))
    for number, column in enumerate(table.columns):
        column.no_wrap, column.overflow = number > 1, "fold"
    for day, publications in days.items():
        table.add_section()
        table.add_row(Text(f"{day:%a %-d %b %Y}", style="bold"))
        for one in publications:
            at, title, ids = f"  {get_local_time(one):%H:%M}", one.details.title, (one.id, one.job_id)
            words = (f"{at} {one.zone}", title) if is_wide else (f"{at}\n  {one.zone}", "\n".join((title, *ids)))
            add_row(table, *words, one.destination, style_state(one.state), *(ids if is_wide else ()))
    return table

"""Run `sutradhar quota`: show what is left of today's quotas of the destinations."""

from functions.cli.console import report_errors
from functions.cli.output import AsJson, add_row, format_time, make_table, print_json, print_table
from functions.cli.start import begin_command
from sutradhar import bootstrap


def quota(as_json: AsJson = False) -> None:
    """Show what is used and left of today's quotas, and when they are renewed.

    `uploads` counts videos, `units` the cost of all other calls. What does not fit into a day moves to the next one.
    """
    from sutradhar.pipeline.publishing.quota_report import describe_quotas

    with report_errors():
        begin_command()
        answer = describe_quotas(bootstrap.services())
    if as_json:
        print_json(answer)
        return
    table = make_table("destination", "counts", "used", "left", "a day", "renewed")
    for one in answer.quotas:
        counts = (one.bucket, str(one.used), str(one.left), str(one.limit))
        add_row(table, one.destination, *counts, format_time(one.resets_at))
    print_table(table, "No destination has a quota.")

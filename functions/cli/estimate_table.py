"""Print an estimate as a table."""

from rich.table import Table

from functions.cli.output import add_row, make_table
from sutradhar.domain.billing.price import usd
from sutradhar.pipeline.estimate import Estimate


def make_estimate_table(cost: Estimate) -> Table:
    """Return a table with one row for each payment to a provider, in US dollars, and the sum."""
    table = make_table("what", "by", "about", "at most")
    for line in cost.lines:
        add_row(
            table,
            line.label,
            f"{line.provider} {line.model}",
            f"{usd(line.expected):.4f}",
            f"{usd(line.max):.4f}",
        )
    add_row(table, "in all, in USD", "", f"{usd(cost.expected_cost):.4f}", f"{usd(cost.max_cost):.4f}")
    return table

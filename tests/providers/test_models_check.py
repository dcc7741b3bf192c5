"""`make models-check` finds every kind of difference between our tables and the clients."""

import subprocess
import sys
from datetime import date

import pytest

from sutradhar.domain.billing.model_table import ModelTable
from sutradhar.domain.billing.price import PriceTable
from sutradhar.domain.billing.provider_id import Kind
from sutradhar.providers.catalog import model_table
from tests.providers.billing_harness import PRICES
from tests.providers.models_check import SOURCES, ClientList, compare, parse_ends, read

TEXT = '''"""Deprecated values:

- "a", "b-2025", "c": Announced shutdown date:
  2026-12-11. See the page for details.
- "d": D was shut down on October 23, 2026. Use e instead.
- "f": Not a supported model.
"""'''


def test_our_tables_say_what_the_pinned_clients_say() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.providers.models_check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert "0 differences between our tables and openai" in done.stderr


def test_ends_are_read_in_both_ways_of_writing() -> None:
    december, october = date(2026, 12, 11), date(2026, 10, 23)
    assert parse_ends(TEXT) == {"a": december, "b-2025": december, "c": december, "d": october}


@pytest.mark.parametrize("key", SOURCES, ids="-".join)
def test_each_client_lists_models(key: tuple[str, Kind]) -> None:
    client = read(*SOURCES[key])
    assert client.models
    assert all(isinstance(name, str) for name in client.models)


IMAGE: tuple[str, Kind] = ("openai", "image")
LISTED = frozenset(["gpt-image-2.6-flare", "gpt-image-2.6-sunburst"])
NO_PRICES = PriceTable(prices=())


@pytest.mark.parametrize(
    ("client", "table", "prices", "difference"),
    [
        (ClientList(LISTED, {}), model_table(), PRICES, None),
        (
            ClientList(LISTED - {"gpt-image-2.6-flare"}, {}),
            model_table(),
            PRICES,
            "client does not know gpt-image-2.6-flare",
        ),
        (ClientList(LISTED, {"gpt-image-1": date(2026, 10, 24)}), model_table(), PRICES, "we say 2026-10-23"),
        (ClientList(LISTED, {"gpt-image-2": date(2028, 1, 1)}), model_table(), PRICES, "we say None"),
        (ClientList(LISTED, {"gpt-image-2": date(2028, 1, 1)}), ModelTable(), PRICES, "a price and no end"),
        (ClientList(LISTED, {"gpt-image-2": date(2028, 1, 1)}), ModelTable(), NO_PRICES, None),
    ],
)
def test_each_difference_is_reported(
    client: ClientList, table: ModelTable, prices: PriceTable, difference: str | None
) -> None:
    differences = compare({IMAGE: client}, table, prices)
    assert len(differences) == (1 if difference else 0)
    assert difference is None or difference in differences[0]

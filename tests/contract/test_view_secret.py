"""The secret of view tokens, on every backend: one for all processes, however many ask for it first."""

from concurrent.futures import ThreadPoolExecutor

from sutradhar.pipeline.view_secret import get_view_secret
from tests.contract.conftest import StoreFixture


def test_all_processes_get_the_same_secret(kit: StoreFixture) -> None:
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: get_view_secret(kit.records), range(8)))
    assert len(secrets) == 1
    assert len(secrets.pop()) >= 40

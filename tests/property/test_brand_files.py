"""Fonts and exported brands with damaged bytes are used or refused; nothing else is raised, and nothing is logged."""

import io
import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sutradhar import bootstrap
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.media.font import draw_sample, read_font
from sutradhar.media.formats import MediaError
from sutradhar.pipeline.brands.export import export_brand
from sutradhar.pipeline.brands.imports import import_file
from sutradhar.pipeline.brands.store import list_brands
from tests.brand_files import LICENCE, read_noto, store_brand, store_file

FONTS = ("NotoSans-Regular.ttf", "NotoSansDevanagari-Regular.ttf")
CHANGES = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=20)
SHARES = st.sampled_from([0.002, 0.05, 1.0])
"""The part of the file, from its beginning, in which bytes are changed: the tables are listed first."""


class Collector(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def damage(data: bytes, changes: list[tuple[float, int]], share: float, kept: float) -> bytes:
    damaged = bytearray(data)
    for place, value in changes:
        damaged[4 + int(place * share * (len(data) - 4))] = value
    return bytes(damaged[: 4 + int(kept * (len(data) - 4))])


@settings(max_examples=25)
@given(st.sampled_from(FONTS), CHANGES, SHARES, st.sampled_from([1.0, 1.0, 0.7]))
def test_a_damaged_font_is_read_or_refused(
    name: str, changes: list[tuple[float, int]], share: float, kept: float
) -> None:
    handler = Collector()
    logging.getLogger("fontTools").addHandler(handler)
    file = io.BytesIO(damage(read_noto(name), changes, share, kept))
    try:
        with suppress(MediaError):
            assert read_font(file).scripts
            assert draw_sample(file).width
    finally:
        logging.getLogger("fontTools").removeHandler(handler)
    assert handler.records == [], "a damaged table of a font can have thousands of wrong records"


@pytest.fixture
def archive(home: Path, tmp_path: Path) -> Iterator[bytes]:
    font = {"upload": store_file(tmp_path, "small.ttf", read_noto()), "licence": LICENCE}
    brand = store_brand(tmp_path, fonts={"latin": font})
    yield b"".join(export_brand(bootstrap.services(), brand))
    assert [one.name for one in list_brands(bootstrap.services())] == ["asha"], "no damaged brand is stored"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_brand_is_refused(archive: bytes, data: st.DataObject) -> None:
    changes = data.draw(CHANGES.filter(bool))
    damaged = damage(archive, changes, data.draw(SHARES), data.draw(st.sampled_from([1.0, 1.0, 0.7])))
    with suppress(InvalidRequest):  # or a part was changed that no reader needs
        import_file(bootstrap.services(), io.BytesIO(damaged), replaces=True)

"""Run the example of docs/destinations.md as it stands there: its file as a module, and its kit."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module, invalidate_caches
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from sutradhar import destinations

if TYPE_CHECKING:
    from tests.contract.destination_kits import DestinationKit

PAGE = (Path(__file__).parents[2] / "docs/destinations.md").read_text("utf-8")


@contextmanager
def install_example(folder: Path) -> Iterator[Path]:
    """Add the page's file to the destinations while the block runs, and return the folder with the page's kit."""
    module, kit = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    package, tests = folder / "destinations", folder / "tests"
    for place, name, text in ((package, "gallery", module), (tests, "gallery_kit", kit)):
        place.mkdir()
        (place / f"{name}.py").write_text(text)
    invalidate_caches()
    with (
        patch.object(destinations, "__path__", [*destinations.__path__, str(package)]),
        patch.object(sys, "path", [*sys.path, str(tests)]),
    ):
        try:
            yield tests
        finally:
            for name in ("sutradhar.destinations.gallery", "gallery_kit"):
                sys.modules.pop(name, None)
            vars(destinations).pop("gallery", None)


@contextmanager
def make_kit_of_page(folder: Path) -> Iterator["DestinationKit"]:
    with install_example(folder), import_module("gallery_kit").make_gallery_kit() as kit:
        yield kit

"""The places where videos are published. docs/destinations.md shows how to add one.

Each module here is a destination of the same name, and has a function ``make_destination``. Destinations share the
modules whose names begin with an underscore.
"""

from importlib import import_module
from pkgutil import iter_modules

from sutradhar.ports.destination_setup import DestinationSetup
from sutradhar.ports.publishing import Destination


def list_destinations() -> list[str]:
    """Return the names of all destinations. None of them is imported."""
    names = (module.name for module in iter_modules(__path__))
    return sorted(name for name in names if not name.startswith("_"))


def load_destination(name: str, setup: DestinationSetup) -> Destination:
    """Import the destination and return it. ``name``: one of ``list_destinations``."""
    destination: Destination = import_module(f"{__name__}.{name}").make_destination(setup)
    return destination

"""Load the table of the providers' models that end."""

from functools import cache
from importlib.resources import files

from sutradhar.domain.billing.model_table import ModelTable


@cache
def model_table() -> ModelTable:
    """Return the table of models that comes with this package."""
    return ModelTable.model_validate_json(files("sutradhar").joinpath("models.json").read_text())

"""The models of the calls about brands."""

from typing import Annotated, Self

from pydantic import Field

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.utc_time import UtcTime
from sutradhar.domain.plan.brand import Brand, BrandFields, BrandName


class BrandAnswer(Frozen):
    """A brand: what the plans that name it take from it."""

    name: str
    version: int
    """The number of its changes, from 1."""
    created_at: UtcTime
    changed_at: UtcTime
    fields: BrandFields

    @classmethod
    def describe(cls, brand: Brand) -> Self:
        return cls(
            name=brand.name,
            version=brand.version,
            created_at=brand.created_at,
            changed_at=brand.changed_at,
            fields=brand.fields,
        )


class BrandList(Frozen):
    brands: tuple[BrandAnswer, ...]


class BrandImport(Frozen):
    """The upload of a file that ``GET /brands/NAME/export`` gave, here or in another installation."""

    upload: Annotated[str, Field(max_length=100)]
    name: BrandName | None = None
    """The name of the brand here; null: the one in the file."""
    replace: bool = False
    """True: it may take the place of a brand of that name."""

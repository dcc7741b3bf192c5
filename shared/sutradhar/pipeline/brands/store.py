"""Keep the records of brands."""

from sutradhar.domain.plan.brand import Brand
from sutradhar.ports.documents import Facts, Kind


def make_brand_id(owner: str, name: str) -> str:
    """Return the id under which the brand ``name`` of ``owner`` is stored: two owners may use one name."""
    return f"{owner}:{name}"


def _describe(brand: Brand) -> Facts:
    return Facts(id=make_brand_id(brand.owner, brand.name), owner=brand.owner, created_at=brand.created_at)


BRANDS = Kind("brand", Brand, _describe)

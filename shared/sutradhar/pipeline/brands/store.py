"""Keep the records of brands: find them, list them, and delete them."""

from collections.abc import Iterator
from contextlib import suppress

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.plan.brand import Brand, BrandFields
from sutradhar.domain.plan.upload import find_brand_uploads
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.upload_use import note_use
from sutradhar.ports.documents import Facts, Kind

MAX_BRANDS = 100
"""The most brands of one owner."""
_PAGE = 100


def make_brand_id(owner: str, name: str) -> str:
    """Return the id under which the brand ``name`` of ``owner`` is stored: two owners may use one name."""
    return f"{owner}:{name}"


def _describe(brand: Brand) -> Facts:
    return Facts(id=make_brand_id(brand.owner, brand.name), owner=brand.owner, created_at=brand.created_at)


BRANDS = Kind("brand", Brand, _describe)


def find_owner(caller: ApiKey | None) -> str:
    """Return the owner of what ``caller`` stores: an agent stores it for the creator it works for."""
    return (caller.works_for or caller.id) if caller else ""


def get_brand(services: Services, name: str, caller: ApiKey | None = None) -> Brand:
    """Return the brand ``name`` of ``caller``. An admin, and the terminal of this machine, also find the one that was
    stored without a key; the terminal finds that of any key, if only one has the name.

    Raises:
        NotFound: there is none.
    """
    owners = [find_owner(caller)]
    if caller and caller.role == "admin":
        owners.append("")
    ids = [make_brand_id(owner, name) for owner in owners]
    stored = services.documents.get_many(BRANDS, ids)
    if brand := next((stored[one] for one in ids if one in stored), None):
        return brand
    if caller is None:
        others = [brand for brand in list_all_brands(services) if brand.name == name]
        if len(others) == 1:
            return others[0]
    raise NotFound(f"there is no brand {name}")


def list_brands(services: Services, caller: ApiKey | None = None) -> list[Brand]:
    """Return the brands that ``get_brand`` finds for ``caller``, by name."""
    owners = {find_owner(caller), *([""] if caller and caller.role == "admin" else [])}
    brands = [brand for owner in sorted(owners) for brand in list_all_brands(services, owner)]
    if caller is None:
        own = {brand.name for brand in brands}
        others = [brand for brand in list_all_brands(services) if brand.name not in own]
        names = [brand.name for brand in others]
        brands += [brand for brand in others if names.count(brand.name) == 1]
    by_name = {brand.name: brand for brand in brands}  # the caller's own comes last, and counts
    return [by_name[name] for name in sorted(by_name)]


def list_all_brands(services: Services, owner: str | None = None) -> Iterator[Brand]:
    """Yield the brands of ``owner``; None: those of all owners."""
    after: str | None = None
    while True:
        page = services.documents.list(BRANDS, owner=owner, limit=_PAGE, after=after)
        yield from page.records
        if page.after is None:
            return
        after = page.after


def delete_brand(services: Services, name: str, caller: ApiKey | None = None) -> Brand:
    """Delete the brand and return it. Jobs keep it as it was when they began, and its uploads are kept as any others
    from then on.

    Raises:
        NotFound: there is none.
    """
    brand = get_brand(services, name, caller)
    release_uploads(services, brand.fields)
    services.documents.delete(BRANDS, make_brand_id(brand.owner, brand.name))
    return brand


def release_uploads(services: Services, fields: BrandFields) -> None:
    """Let the time for which the uploads of a brand are still kept begin now: the brand gives them up."""
    for use in find_brand_uploads(fields):
        with suppress(NotFound):
            note_use(services, use.upload_id)


def list_kept_uploads(services: Services) -> set[str]:
    """Return the ids of all uploads that a brand uses."""
    return {use.upload_id for brand in list_all_brands(services) for use in find_brand_uploads(brand.fields)}


def find_brand_of_upload(services: Services, upload_id: str) -> Brand | None:
    """Return a brand that uses the upload; None: there is none."""
    for brand in list_all_brands(services):
        if any(use.upload_id == upload_id for use in find_brand_uploads(brand.fields)):
            return brand
    return None

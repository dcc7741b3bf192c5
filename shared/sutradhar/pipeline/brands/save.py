"""Store a brand after its files are checked."""

import re
from collections.abc import Iterator, Mapping

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import FieldError, InvalidRequest, NotFound
from sutradhar.domain.plan.brand import Brand, BrandFields, Script
from sutradhar.domain.plan.upload import Upload, find_brand_uploads
from sutradhar.pipeline.brands.store import BRANDS, MAX_BRANDS, find_owner, make_brand_id, release_uploads
from sutradhar.pipeline.own_media import find_misuse, find_wrong_part
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.upload_check import CHECK_WAIT_SEC, await_checks
from sutradhar.pipeline.upload_records import read_uploads
from sutradhar.pipeline.upload_use import note_use

MAX_FILE_BYTES = 20_000_000
"""The most bytes of a font or a logo."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_SCRIPT_NAMES: Mapping[Script, str] = {"latin": "Latin", "devanagari": "Devanagari"}


def save_brand(services: Services, name: str, fields: BrandFields, caller: ApiKey | None = None) -> tuple[Brand, bool]:
    """Store ``fields`` as the brand ``name`` of ``caller`` in place of what it was, and return it with True if it is
    new.

    Raises:
        InvalidRequest: names every field at fault: a file that is missing, of another kind, or a font that lacks
            letters of its script.
    """
    require_name(name)
    check_brand(services, fields, caller)
    _claim_uploads(services, fields)  # before the brand is stored: retention must not take a file in between
    now, owner = services.clock.now(), find_owner(caller)
    brand = Brand(name=name, owner=owner, fields=fields, created_at=now, changed_at=now)
    brand_id = make_brand_id(owner, name)
    if not services.documents.get_many(BRANDS, [brand_id]) and services.documents.count(BRANDS, owner=owner) >= (
        MAX_BRANDS
    ):
        message = f"would be one more than {MAX_BRANDS} brands; delete one that is no longer used"
        raise InvalidRequest([FieldError("name", message)])
    stored, created = services.documents.create(BRANDS, brand)
    if created or stored.fields == fields:
        return stored, created
    release_uploads(services, stored.fields)
    return services.documents.update(BRANDS, brand_id, lambda current: _change(current, brand)), False


def require_name(name: str) -> None:
    """Raise InvalidRequest unless ``name`` fits URLs and file names."""
    if not _NAME.fullmatch(name):
        problem = f"must be 1 to 40 small letters, digits and hyphens, such as my-channel (got {name[:60]!r})"
        raise InvalidRequest([FieldError("name", problem)])


def _change(current: Brand, brand: Brand) -> Brand:
    return current.evolve(fields=brand.fields, changed_at=brand.changed_at, version=current.version + 1)


def check_brand(services: Services, fields: BrandFields, caller: ApiKey | None = None) -> None:
    """Refuse a brand whose files cannot be used. Raise InvalidRequest, which names every field at fault."""
    uses = list(find_brand_uploads(fields))
    await_checks(services, {use.upload_id for use in uses}, CHECK_WAIT_SEC)
    uploads = read_uploads(services, {use.upload_id for use in uses})
    if errors := [error for use in uses if (error := find_misuse(use, uploads.get(use.upload_id), caller))]:
        raise InvalidRequest(errors)
    if errors := [*_find_wrong_files(fields, uploads)]:
        raise InvalidRequest(errors)
    errors = [
        FieldError(use.path, f"{uploads[use.upload_id].filename} is no longer kept; send it again")
        for use in uses
        if not services.blobs.exists(uploads[use.upload_id].blob)
    ]
    if errors:
        raise InvalidRequest(errors)


def _find_wrong_files(fields: BrandFields, uploads: Mapping[str, Upload]) -> Iterator[FieldError]:
    for script, font in fields.fonts.items():
        upload = uploads[font.upload]
        facts = upload.facts.font if upload.facts else None
        if facts and script not in facts.scripts:
            lacks = facts.missing.get(script, "letters")
            message = f"{upload.filename} cannot write {_SCRIPT_NAMES[script]}: it lacks {lacks}; choose another font"
            yield FieldError(f"fonts.{script}.upload", message)
    for path, upload_id in _list_small_files(fields):
        if (upload := uploads[upload_id]).size > MAX_FILE_BYTES:
            limit = MAX_FILE_BYTES // 1_000_000
            message = f"{upload.filename} has {upload.size / 1e6:.0f} MB; at most {limit} MB are allowed"
            yield FieldError(path, f"{message}; export a smaller file")
    for name, clip in (("intro", fields.intro), ("outro", fields.outro)):
        if clip:
            yield from find_wrong_part(name, clip, uploads[clip.upload])


def _list_small_files(fields: BrandFields) -> Iterator[tuple[str, str]]:
    for script, font in fields.fonts.items():
        yield f"fonts.{script}.upload", font.upload
    if fields.logo:
        yield "logo.upload", fields.logo.upload


def _claim_uploads(services: Services, fields: BrandFields) -> None:
    for use in find_brand_uploads(fields):
        try:
            note_use(services, use.upload_id)
        except NotFound as exc:
            message = f"the upload {use.upload_id} is no longer kept; send it again"
            raise InvalidRequest([FieldError(use.path, message)]) from exc

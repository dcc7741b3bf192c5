"""Fill in the plans that name a brand, and freeze the look of the brand for the renderer."""

import hashlib

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import FieldError, InvalidRequest, NotFound
from sutradhar.domain.plan.brand import BrandFields, BrandLook, LookFile, LookLogo
from sutradhar.domain.plan.branding import drop_clips_of_song, fill_plan, shows_logo
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.upload import Upload
from sutradhar.pipeline.brands.store import get_brand, list_brands
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.upload_records import read_uploads, update_upload

_READ = 1 << 20
_MOST_NAMED = 10


def apply_brand(services: Services, plan: RenderPlan, caller: ApiKey | None = None) -> RenderPlan:
    """Return ``plan`` with everything that its caller left out from the brand that it names, and with the look of that
    brand as it is now. Call it before the fields that the caller gave are no longer known (``model_fields_set``).
    A plan that has a look already, such as a row of a batch, stays as it is.

    Raises:
        InvalidRequest: ``caller`` has no such brand, or a file of it is gone.
    """
    if plan.brand is None or plan.brand_look:
        return drop_clips_of_song(plan)
    try:
        brand = get_brand(services, plan.brand, caller)
    except NotFound as exc:
        names = [one.name for one in list_brands(services, caller)][:_MOST_NAMED]
        advice = f"yours are {', '.join(names)}" if names else "you have none yet; PUT /brands/NAME makes one"
        raise InvalidRequest([FieldError("brand", f"there is no brand {plan.brand}; {advice}")]) from exc
    return apply_fields(services, plan, brand.fields)


def apply_fields(services: Services, plan: RenderPlan, fields: BrandFields) -> RenderPlan:
    """Return ``plan`` as ``apply_brand`` does, with the ``fields`` of a brand that need not be stored.

    Raises:
        InvalidRequest: a file of it is gone.
    """
    look = _build_look(services, fields, has_logo=shows_logo(plan))
    return drop_clips_of_song(fill_plan(plan, fields).evolve(brand_look=look))


def _build_look(services: Services, fields: BrandFields, *, has_logo: bool) -> BrandLook:
    logo = fields.logo if has_logo else None
    ids = {font.upload for font in fields.fonts.values()} | ({logo.upload} if logo else set())
    uploads = read_uploads(services, ids)
    if gone := sorted(ids - uploads.keys()):
        message = f"its file {gone[0]} is no longer kept; send it again, and save the brand with the new upload"
        raise InvalidRequest([FieldError("brand", message)])
    files = {upload_id: _describe_file(services, upload) for upload_id, upload in uploads.items()}
    return BrandLook(
        fonts={script: files[font.upload] for script, font in sorted(fields.fonts.items())},
        colors=fields.colors,
        caption_place=fields.caption_place or "bottom",
        logo=LookLogo(file=files[logo.upload], position=logo.position, opacity=logo.opacity, width=logo.width)
        if logo
        else None,
    )


def _describe_file(services: Services, upload: Upload) -> LookFile:
    return LookFile(blob=upload.blob, sha256=upload.sha256 or hash_upload(services, upload), upload=upload.id)


def hash_upload(services: Services, upload: Upload) -> str:
    """Return the SHA-256 of the file of ``upload``, and store it: an earlier version hashed no images.

    Raises:
        InvalidRequest: the file is gone.
    """
    digest = hashlib.sha256()
    try:
        with services.blobs.open(upload.blob) as file:
            while data := file.read(_READ):
                digest.update(data)
        if upload.facts and upload.facts.kind in ("font", "image"):
            update_upload(services, upload.id, lambda one: one.evolve(sha256=digest.hexdigest()))
    except NotFound as exc:
        message = f"its file {upload.filename} is no longer kept; send it again, and save the brand with it"
        raise InvalidRequest([FieldError("brand", message)]) from exc
    return digest.hexdigest()

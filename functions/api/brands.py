"""Store, list, export and import the caller's brands."""

import flask
from werkzeug.wrappers import Response

from functions.api.audit import add_facts
from functions.api.auth import caller
from functions.api.brand_models import BrandAnswer, BrandImport, BrandList
from functions.api.endpoint import endpoint
from functions.api.links import make_url
from sutradhar import bootstrap
from sutradhar.domain.plan.brand import Brand, BrandFields


@endpoint(answers={200: BrandList})
def list_brands() -> BrandList:
    """List your brands by name."""
    from sutradhar.pipeline.brands import store

    brands = store.list_brands(bootstrap.services(), caller())
    return BrandList(brands=tuple(map(BrandAnswer.describe, brands)))


@endpoint(answers={200: BrandAnswer})
def show_brand(name: str) -> BrandAnswer:
    """Return one of your brands."""
    from sutradhar.pipeline.brands.store import get_brand

    return BrandAnswer.describe(get_brand(bootstrap.services(), name, caller()))


@endpoint(answers={200: BrandAnswer, 201: BrandAnswer})
def save_brand(name: str, body: BrandFields) -> tuple[BrandAnswer, int, dict[str, str]]:
    """Store a brand, in place of what it was. Plans that say ``"brand": NAME`` take from it every field that they leave
    out; jobs that began before keep what they took.

    Its files are uploads, which are kept as long as a brand has them.
    """
    from sutradhar.pipeline.brands import save

    return _answer(*save.save_brand(bootstrap.services(), name, body, caller()))


@endpoint(answers={204: None})
def delete_brand(name: str) -> flask.Response:
    """Delete a brand. Jobs keep what they took from it; its uploads are kept like any others from now on."""
    from sutradhar.pipeline.brands import store

    store.delete_brand(bootstrap.services(), name, caller())
    add_facts(brand=name)
    return flask.make_response("", 204)


@endpoint(answers={200: "application/zip"}, errors=(409,))
def export_brand(name: str) -> Response:
    """Return a brand with all its files as one file, for ``POST /brands/import`` here or in another installation. The
    file has no keys, no owner and no ids."""
    from sutradhar.pipeline.brands.export import export_brand as export
    from sutradhar.pipeline.brands.store import get_brand

    services = bootstrap.services()
    chunks = export(services, get_brand(services, name, caller()))
    headers = {"Content-Disposition": f'attachment; filename="{name}.brand.zip"', "Cache-Control": "private, no-store"}
    return flask.Response(chunks, 200, headers, mimetype="application/zip")


@endpoint(answers={201: BrandAnswer, 200: BrandAnswer}, errors=(404, 409))
def import_brand(body: BrandImport) -> tuple[BrandAnswer, int, dict[str, str]]:
    """Store the brand in an exported file, which was sent as an upload. Its files become uploads of yours."""
    from sutradhar.pipeline.brands.imports import import_upload

    services = bootstrap.services()
    return _answer(*import_upload(services, body.upload, caller(), name=body.name, replaces=body.replace))


def _answer(brand: Brand, created: bool) -> tuple[BrandAnswer, int, dict[str, str]]:
    add_facts(brand=brand.name, version=brand.version)
    status = 201 if created else 200
    return BrandAnswer.describe(brand), status, {"Location": make_url(f"/brands/{brand.name}")}

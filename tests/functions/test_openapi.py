"""Tests of the table of routes and of the documentation that is made from it."""

import json
import re
from typing import Literal

import pytest
from flask.testing import FlaskClient

from functions.api.endpoint import load_endpoint
from functions.api.openapi import list_models, make_document
from functions.api.routes import ROUTES, Route

_EVERY_ROUTE = pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")


@_EVERY_ROUTE
def test_the_view_takes_the_values_of_its_paths(route: Route) -> None:
    endpoint = load_endpoint(route.view)
    taken = set(endpoint.view.__annotations__) - {"query", "body", "return"}
    paths = [route.path, *(alias.partition(" ")[2] for alias in route.aliases)]
    assert all(set(re.findall(r"<(?:path:)?(\w+)>", path)) == taken for path in paths)
    assert endpoint.view.__doc__, "the documentation shows the docstring"


@_EVERY_ROUTE
def test_the_document_has_every_route(route: Route) -> None:
    operation = make_document()["paths"][show(route.path)][route.method.lower()]
    assert operation["operationId"] == load_endpoint(route.view).view.__name__
    assert {str(status) for status in load_endpoint(route.view).answers} <= operation["responses"].keys()


@_EVERY_ROUTE
def test_an_alias_is_an_operation_of_its_own_that_names_the_call_to_use(route: Route) -> None:
    paths = make_document()["paths"]
    first = paths[show(route.path)][route.method.lower()]
    assert not first["deprecated"]
    for alias in route.aliases:
        method, _, path = alias.partition(" ")
        operation = paths[show(path)][method.lower()]
        assert operation["deprecated"]
        assert f"`{route.method} {show(route.path)}`" in operation["description"]
        assert f"`{method} {show(path)}`" in first["description"]
        own = {"operationId", "description", "deprecated"}
        assert all(operation[name] == first[name] for name in (operation.keys() | first.keys()) - own)


def test_each_operation_has_an_id_of_its_own() -> None:
    ids = [operation["operationId"] for path in make_document()["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids)) == sum(1 + len(route.aliases) for route in ROUTES)


def show(path: str) -> str:
    """Return ``path`` as OpenAPI writes it."""
    return re.sub(r"<(?:path:)?(\w+)>", r"{\1}", path)


def test_no_two_models_share_a_name() -> None:
    """The document has one schema for a name."""
    models = {model for route in ROUTES for model in list_models(load_endpoint(route.view))}
    assert len({model.__name__ for model in models}) == len(models)


def test_no_two_parts_of_models_share_a_name() -> None:
    """Nor do the models inside of models: a later schema would replace an earlier one."""
    parts: dict[str, set[str]] = {}
    for route in ROUTES:
        endpoint = load_endpoint(route.view)
        for model in list_models(endpoint):
            mode: Literal["validation", "serialization"] = (
                "serialization" if model in endpoint.answers.values() else "validation"
            )
            for name, schema in model.model_json_schema(mode=mode).get("$defs", {}).items():
                parts.setdefault(name, set()).add(json.dumps(schema, sort_keys=True))
    assert [name for name, schemas in parts.items() if len(schemas) > 1] == []


def test_every_reference_is_in_the_document() -> None:
    text = json.dumps(make_document())
    schemas = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert schemas
    assert schemas <= make_document()["components"]["schemas"].keys()


@pytest.mark.parametrize("prefix", ["", "/api"])
def test_the_page_loads_only_files_of_this_server(api: FlaskClient, prefix: str) -> None:
    page = api.get(f"{prefix}/docs").text
    links = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(links) == 3
    assert all(link.startswith(f"{prefix}/docs/") for link in links)
    for link in links:
        with api.get(link) as response:
            assert response.status_code == 200
            assert not link.endswith("start.js") or f'url: "{prefix}/openapi.json"' in response.get_data(as_text=True)
    assert api.get(f"{prefix}/openapi.json").json == make_document()


@pytest.mark.parametrize("name", ["..", "%2e%2e%2fplugins.py", "plugins.py", "swagger-ui.css/x"])
def test_no_other_file_is_served(api: FlaskClient, name: str) -> None:
    assert api.get(f"/docs/{name}").status_code == 404


def test_a_call_loads_the_code_of_that_call_only(api: FlaskClient) -> None:
    assert api.get("/nothing/here").status_code == 404
    assert api.get("/health").json == {"status": "ok"}

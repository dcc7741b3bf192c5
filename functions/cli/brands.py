"""Run `sutradhar brands`: store, show, list, delete, export and import brands."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from functions.cli.audit import note_terminal_act
from functions.cli.confirm import Yes, confirm
from functions.cli.console import print_line, report_errors
from functions.cli.output import AsJson, add_row, format_time, join_words, make_table, print_json, print_table
from functions.cli.own_files import FileProblem, find_file, upload_named_files
from functions.cli.start import begin_command, prepare_home
from sutradhar import bootstrap
from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import FieldError, InvalidRequest, NotFound
from sutradhar.domain.plan.brand import Brand, BrandFields
from sutradhar.domain.plan.plan_text import PlanTextError, parse_plan_text
from sutradhar.pipeline import api_keys

app = typer.Typer(
    help="Brands: the fonts, colours, voice and clips of a channel, under one name for plans.", no_args_is_help=True
)
Name = Annotated[str, typer.Argument(help="Small letters, digits and hyphens, such as my-channel.")]
Key = Annotated[
    str | None,
    typer.Option("--key", metavar="KEY_ID", help="The API key whose brand it is. Default: that of this terminal."),
]


@app.command("list")
def show_all(key: Key = None, as_json: AsJson = False) -> None:
    """List the brands."""
    from sutradhar.pipeline.brands.store import list_brands

    with report_errors():
        begin_command()
        brands = list_brands(bootstrap.services(), _find_key(key))
    if as_json:
        print_json({"brands": [_describe(brand) for brand in brands]})
        return
    table = make_table("brand", "title", "has", "changed")
    for brand in brands:
        add_row(table, brand.name, brand.fields.title, join_words(_list_parts(brand)), format_time(brand.changed_at))
    print_table(table, "There are no brands. `sutradhar brands save NAME FILE` stores the first.")


@app.command()
def show(name: Name, key: Key = None, as_json: AsJson = False) -> None:
    """Print the fields of a brand as JSON, to change and to give to `brands save`; with --json all of the brand."""
    from sutradhar.pipeline.brands.store import get_brand

    with report_errors():
        begin_command()
        brand = get_brand(bootstrap.services(), name, _find_key(key))
        print_json(_describe(brand) if as_json else brand.fields.model_dump(mode="json", exclude_defaults=True))


@app.command()
def save(
    name: Name,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The fields as JSON; it may name files beside it.")],
    as_json: AsJson = False,
) -> None:
    """Store a brand, in place of what it was. Files that FILE names, such as fonts, become uploads."""
    from sutradhar.pipeline.brands.save import require_name, save_brand

    with report_errors():
        prepare_home()
        require_name(name)  # before the files are stored
        fields = _read_fields(file)
        brand, created = save_brand(bootstrap.services(), name, fields)
        note_terminal_act("save_brand", brand=name, version=brand.version)
    if as_json:
        print_json(_describe(brand))
    else:
        verb = "stored" if created else f"changed (version {brand.version})"
        print_line(f'{name} is {verb}. A plan with "brand": "{name}", or --brand {name}, takes what it leaves out.')


@app.command()
def delete(name: Name, key: Key = None, yes: Yes = False, as_json: AsJson = False) -> None:
    """Delete a brand. Jobs keep what they took from it."""
    from sutradhar.pipeline.brands.store import delete_brand, get_brand

    with report_errors():
        begin_command()
        caller = _find_key(key)
        get_brand(bootstrap.services(), name, caller)
        if not yes:
            confirm(f"Delete the brand {name}?")
        brand = delete_brand(bootstrap.services(), name, caller)
        note_terminal_act("delete_brand", brand=name)
    if as_json:
        print_json(_describe(brand))
    else:
        print_line(f"{name} is deleted.")


@app.command("export")
def export_file(
    name: Name,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The file to write. Default: NAME.brand.zip.")
    ] = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Write a brand with all its files as one file, for `brands import` here or on another machine."""
    from sutradhar.pipeline.brands.export import export_brand
    from sutradhar.pipeline.brands.store import get_brand

    path = (out or Path(f"{name}.brand.zip")).expanduser()
    with report_errors():
        begin_command()
        services = bootstrap.services()
        pieces = export_brand(services, get_brand(services, name, _find_key(key)))
        part = path.with_name(f"{path.name}.part")
        try:
            with part.open("wb") as file:
                file.writelines(pieces)
            part.replace(path)
        except OSError as exc:
            reason = os.strerror(exc.errno) if exc.errno else str(exc)
            raise InvalidRequest([FieldError("--out", f"({path}) cannot be written: {reason}")]) from exc
        finally:
            part.unlink(missing_ok=True)
    if as_json:
        print_json({"file": str(path), "size": path.stat().st_size})
    else:
        print(path)


@app.command("import")
def import_brand(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file that `brands export` or the API wrote.")],
    name: Annotated[str | None, typer.Option("--name", help="The name of the brand here. Default: its own.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Take the place of a brand of that name.")] = False,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Store the brand in an exported file, with its files."""
    from sutradhar.pipeline.brands.imports import import_file

    with report_errors():
        prepare_home()
        path = _find_file(file)
        try:
            with path.open("rb") as source:
                brand, created = import_file(bootstrap.services(), source, _find_key(key), name=name, replaces=replace)
        except InvalidRequest as exc:
            raise InvalidRequest([FieldError(str(path), f"{_name_path(e)}{e.message}") for e in exc.errors]) from exc
        note_terminal_act("import_brand", brand=brand.name, version=brand.version)
    if as_json:
        print_json(_describe(brand))
    else:
        print_line(f"{brand.name} is {'stored' if created else 'replaced'}.")


def _name_path(error: FieldError) -> str:
    return "" if error.path in ("", "file") else f"{error.path}: "


def _find_file(name: str) -> Path:
    try:
        return find_file(name, Path())
    except FileProblem as exc:
        raise InvalidRequest([FieldError("FILE", f"({name}) {exc}")]) from exc


def _read_fields(name: str) -> BrandFields:
    """Return the fields in a file. Files that it names become uploads. Raise InvalidRequest."""
    path = _find_file(name)
    try:
        body = parse_plan_text(path.read_bytes())
    except PlanTextError as exc:
        raise InvalidRequest([FieldError("FILE", f"({name}) {exc}")]) from exc
    body, wrong = upload_named_files(body, path.parent)
    if wrong:
        raise InvalidRequest(wrong)
    return BrandFields.parse(body)


def _find_key(key_id: str | None) -> ApiKey | None:
    """Return the API key. Raise NotFound."""
    if key_id is None:
        return None
    settings = bootstrap.settings().api
    of_settings = api_keys.make_environment_keys(settings.api_key_admin, settings.api_key_creator)
    keys = [*api_keys.list_keys(bootstrap.backend().records).values(), *of_settings.values()]
    if key := next((one for one in keys if one.id == key_id), None):
        return key
    raise NotFound(f"there is no key {key_id}; `sutradhar keys list` shows the ids")


def _describe(brand: Brand) -> dict[str, Any]:
    return {"owner": brand.owner or None, **brand.model_dump(mode="json", exclude={"owner"})}


def _list_parts(brand: Brand) -> list[str]:
    fields = brand.fields
    parts = {
        "fonts": fields.fonts,
        "colours": any(value for _, value in fields.colors),
        "logo": fields.logo,
        "intro": fields.intro,
        "outro": fields.outro,
        "voice": fields.voice,
        "music": fields.music,
        "publish": fields.publish,
    }
    return [name for name, value in parts.items() if value]

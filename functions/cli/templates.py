"""Run `sutradhar templates`: list the stories that need no planner, or print the plan of one."""

from typing import TYPE_CHECKING, Annotated, cast

import typer

from functions.cli.console import report_errors
from functions.cli.options import read_whole
from functions.cli.output import AsJson, add_row, join_words, make_table, print_json, print_plan, print_table
from functions.cli.start import begin_command
from sutradhar import bootstrap
from sutradhar.domain.plan.shorthand import read_language

if TYPE_CHECKING:
    from sutradhar.domain.language.tags import Language


def _complete_template(incomplete: str) -> list[str]:
    from sutradhar.pipeline.templates import list_templates

    ids = [template.id for template in list_templates(bootstrap.services())]
    return [template_id for template_id in ids if template_id.startswith(incomplete)]


def templates(
    template_id: Annotated[
        str | None,
        typer.Argument(
            metavar="TEMPLATE", help="Print the plan of this one. Default: list all.", autocompletion=_complete_template
        ),
    ] = None,
    language: Annotated[str, typer.Option(help="The tag or the name of a language, such as ta.")] = "en",
    length: Annotated[int, typer.Option(parser=read_whole, metavar="SECONDS", help="The length of the video.")] = 60,
    voice: Annotated[str, typer.Option(help="F, M, or a provider's voice such as elevenlabs/ID.")] = "F",
    as_json: AsJson = False,
) -> None:
    """List the templates; with TEMPLATE print its plan as JSON, to change and to give to `make --plan`."""
    from sutradhar.pipeline.templates import list_templates, make_template_plan

    with report_errors():
        begin_command()
        if template_id is not None:
            print_plan(make_template_plan(bootstrap.services(), template_id, language, length, voice))
            return
        offered = list_templates(bootstrap.services())
    if as_json:
        print_json({"templates": [{**t.model_dump(mode="json"), "languages": t.languages} for t in offered]})
        return
    shown = cast("Language", read_language(language))
    table = make_table("template", "title", "tags", "languages", "seconds")
    for template in offered:
        title = template.titles.get(shown, template.titles["en"])
        lengths = f"{template.min_length_sec} to {template.max_length_sec}"
        add_row(table, template.id, title, join_words(template.tags), join_words(template.languages), lengths)
    print_table(table, "There are no templates.")

"""Run `sutradhar languages`: list the languages, and what works in each here."""

from functions.cli.console import report_errors
from functions.cli.output import AsJson, add_row, make_table, print_json, print_table
from functions.cli.start import begin_command
from sutradhar import bootstrap

_TIMING = {"engine": "by the voice", "alignment": "by an aligner", "length": "by length", None: "–"}


def languages(as_json: AsJson = False) -> None:
    """List the languages of videos: who speaks each, how its words are timed, and what it lacks here."""
    from functions.api.languages import describe_language
    from sutradhar.pipeline.languages import list_languages

    with report_errors():
        begin_command()
        listed = list_languages(bootstrap.services())
    if as_json:
        print_json({"languages": [describe_language(one) for one in listed]})
        return
    table = make_table("tag", "language", "in itself", "script", "narrators", "words timed", "stories", "lacks")
    for one in listed:
        facts = one.facts
        narrators = ", ".join(map(str, one.narrators)) or "–"
        script, timing = facts.script_facts.name, _TIMING[one.word_timing]
        cells = (facts.tag, facts.name, facts.own_name, script, narrators, timing, str(one.stories))
        add_row(table, *cells, "; ".join(one.problems) or "nothing")
    print_table(table, "There are no languages.")

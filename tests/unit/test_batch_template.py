"""Variables of batches: their values, their types, and the column that is to blame."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutradhar.domain.core.errors import FieldError
from sutradhar.domain.jobs.batch_table import RowProblem, read_csv, read_list
from sutradhar.domain.jobs.batch_template import FilledRow, fill_rows, find_unused_columns

_NAMES = st.sampled_from(["a", "b c", "नाम"])
_LEAVES = st.one_of(
    st.text(max_size=8),
    st.integers(),
    st.booleans(),
    st.none(),
    _NAMES.map(lambda name: f"x {{{{{name}}}}} y"),
    _NAMES.map(lambda name: {"$": name}),
)
_TEMPLATES = st.dictionaries(
    st.text("abc", min_size=1, max_size=3),
    st.recursive(
        _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("xyz"), inner, max_size=3)
    ),
)


def fill(template: Any, row: dict[str, Any]) -> Any:
    rows, problems = fill_rows(template, read_list([row]))
    assert problems == []
    return rows[0].body


def fill_cells(template: Any, text: str) -> Any:
    rows, problems = fill_rows(template, read_csv(text))
    assert problems == []
    return rows[0].body


def test_a_variable_stands_anywhere_in_a_text() -> None:
    template = {"title": "{{city}}, {{ year }}", "scenes": [{"narration": "This is {{city}}."}], "length_sec": 20}
    assert fill(template, {"city": "Goa", "year": 2026}) == {
        "title": "Goa, 2026",
        "scenes": [{"narration": "This is Goa."}],
        "length_sec": 20,
    }


def test_a_typed_value_keeps_its_type() -> None:
    template = {"tags": {"$": "tags"}, "length_sec": {"$": "sec"}, "title": "{{sec}}"}
    assert fill(template, {"tags": ["a", "b"], "sec": 30}) == {"tags": ["a", "b"], "length_sec": 30, "title": "30"}
    cells = fill_cells(template, 'tags;sec\n"[""a"", ""b""]";30\n')
    assert cells == {"tags": ["a", "b"], "length_sec": 30, "title": "30"}
    assert fill_cells({"title": {"$": "t"}}, "t\nplain words\n") == {"title": "plain words"}


def test_an_empty_value_leaves_its_field_out() -> None:
    template = {"title": "{{t}}", "music": {"mood": "{{m}}"}, "tags": ["{{t}}", "goa"], "seed": {"$": "s"}}
    left_out = {"music": {}, "tags": ["goa"]}
    assert fill(template, {"t": "", "m": None, "s": None}) == left_out
    assert fill_cells(template, "t,m,s,x\n,,,1\n") == left_out
    assert fill({"title": "A {{t}} B"}, {"t": ""}) == {"title": "A  B"}


def test_without_a_template_each_column_is_a_field() -> None:
    cells = fill_cells(None, 'id,topic,length_sec,tags,title\nx,Prahlad,30,"[""a""]",\n')
    assert cells == {"topic": "Prahlad", "length_sec": "30", "tags": ["a"]}
    assert fill(None, {"topic": "Prahlad", "length_sec": 30, "title": None}) == {"topic": "Prahlad", "length_sec": 30}


def test_values_are_never_read_as_variables() -> None:
    assert fill({"title": "{{a}}"}, {"a": "{{b}} {{a}}", "b": "x"}) == {"title": "{{b}} {{a}}"}
    assert fill({"title": {"$": "a"}}, {"a": {"$": "b"}, "b": "x"}) == {"title": {"$": "b"}}


def test_a_list_inside_a_text_is_a_problem_of_its_row() -> None:
    rows, problems = fill_rows({"title": "{{a}}"}, read_list([{"a": "x"}, {"a": [1]}, {"a": {"b": 1}}]))
    assert [row.number for row in rows] == [1]
    assert [(one.row, one.column, one.field) for one in problems] == [(2, "a", "title"), (3, "a", "title")]
    assert 'write {"$": "a"}' in problems[0].message


def test_a_column_that_the_table_lacks_is_named_once_with_the_one_that_is_meant() -> None:
    template = {"title": "{{titel}}", "scenes": [{"narration": "{{titel}} {{}}"}]}
    rows, problems = fill_rows(template, read_csv("title,words\na,b\nc,d\n"))
    assert [(one.row, one.column, one.field) for one in problems] == [
        (None, "titel", "title"),
        (None, "", "scenes[0].narration"),
    ]
    assert "did you mean {{title}}?" in problems[0].message
    assert [row.number for row in rows] == [1, 2]


def test_a_value_that_one_object_lacks_is_named() -> None:
    _, problems = fill_rows({"title": "{{a}}"}, read_list([{"a": "x"}, {"b": "y"}]))
    assert [(one.row, one.column) for one in problems] == [(2, "a")]


def test_columns_that_no_variable_names_are_listed() -> None:
    template = {"title": "{{a}}", "tags": {"$": "b"}}
    assert find_unused_columns(template, ["id", "a", "b", "notes"]) == ["notes"]
    assert find_unused_columns(None, ["a"]) == []


@pytest.mark.parametrize(
    ("path", "column"),
    [
        ("title", "t"),
        ("scenes[0].narration", "n"),
        ("scenes[0]", "n, i"),
        ("music.mood", "m"),  # an error inside what one value is
        ("length_sec", ""),
        ("", ""),  # one of four
    ],
)
def test_an_error_is_blamed_on_its_column(path: str, column: str) -> None:
    scene = {"narration": "{{n}}", "image_prompt": "a {{i}}"}
    template = {"title": "{{t}}", "scenes": ["{{skip}}", scene], "music": {"$": "m"}, "length_sec": 5}
    row = {"t": "x", "skip": "", "n": "y", "i": "z", "m": {"mood": "odd"}}
    filled = fill_rows(template, read_list([row]))[0][0]
    assert filled.blame(FieldError(path, "is wrong")) == RowProblem("is wrong", 1, column, path)


def test_the_only_column_is_to_blame_for_the_whole_plan() -> None:
    row = FilledRow(3, "3", {}, {"topic": ("topic",)})
    error = row.blame(FieldError("", "has no word")).to_error()
    assert (error.path, error.message) == ("row 3, column topic", "has no word")


@given(template=_TEMPLATES, values=st.fixed_dictionaries({"a": st.text(), "b c": st.integers(), "नाम": st.booleans()}))
def test_every_variable_is_filled_in_and_nothing_else_changes(template: Any, values: dict[str, Any]) -> None:
    assert fill(template, values) == fill_slowly(template, values)


_OUT = object()


def fill_slowly(template: Any, values: dict[str, Any]) -> Any:
    """Return the plan; typed fields are left out if their value is blank."""
    if isinstance(template, dict) and set(template) == {"$"}:
        return _OUT if str(values[template["$"]]).strip() == "" else values[template["$"]]
    if isinstance(template, dict):
        items = {key: fill_slowly(item, values) for key, item in template.items()}
        return {key: item for key, item in items.items() if item is not _OUT}
    if isinstance(template, list):
        return [item for item in (fill_slowly(one, values) for one in template) if item is not _OUT]
    if isinstance(template, str):
        for name, value in values.items():
            word = str(value).lower() if isinstance(value, bool) else str(value)
            if template == f"x {{{{{name}}}}} y":
                return f"x {word} y"
    return template

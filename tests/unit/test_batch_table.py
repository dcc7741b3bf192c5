"""Tables of batches: CSV as spreadsheets write it, JSON lines, lists, and what is wrong in them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.jobs.batch import BatchRow
from sutradhar.domain.jobs.batch_index import IndexLine, name_folder, write_index
from sutradhar.domain.jobs.batch_table import read_csv, read_jsonl, read_list, read_table_file

_CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)


def refuse(text: str) -> str:
    with pytest.raises(InvalidRequest) as refusal:
        read_csv(text)
    return str(refusal.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_usual_delimiter_is_found(delimiter: str) -> None:
    text = f"title{delimiter}words\r\nGoa{delimiter}sun, sea; and | sand\r\n"
    text = text.replace("sun, sea; and | sand", '"sun, sea; and | sand"')
    table = read_csv(text)
    assert table.columns == ("title", "words")
    assert table.rows == [{"title": "Goa", "words": "sun, sea; and | sand"}]


@given(
    delimiter=st.sampled_from(",;\t|"),
    rows=st.lists(st.tuples(_CELLS, _CELLS, _CELLS).filter(lambda row: any(cell.strip() for cell in row)), min_size=1),
)
def test_every_cell_stays_as_a_spreadsheet_wrote_it(delimiter: str, rows: list[tuple[str, str, str]]) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["a", "b c", "d"])
    writer.writerows(rows)
    # a heading without any cell in quotation marks, as spreadsheets write it
    text = file.getvalue().replace(f'"a"{delimiter}"b c"{delimiter}"d"', delimiter.join(["a", "b c", "d"]), 1)
    table = read_csv(text)
    assert [tuple(row.values()) for row in table.rows] == rows
    assert not table.problems


def test_formulas_are_texts() -> None:
    table = read_csv('title,narration\n=1+1,"=HYPERLINK(""http://x.example"")"\n')
    assert table.rows == [{"title": "=1+1", "narration": '=HYPERLINK("http://x.example")'}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_files_of_excel_are_read(encoding: str) -> None:
    table = read_table_file("sep=;\r\nशीर्षक;title\r\nगोवा;Goa\r\n\r\n;;\r\n".encode(encoding), "goa.csv")
    assert (table.columns, table.rows) == (("शीर्षक", "title"), [{"शीर्षक": "गोवा", "title": "Goa"}])


def test_a_file_of_json_is_told_by_its_beginning() -> None:
    lines = read_table_file(b'{"title": "Goa", "n": 1}\n\n{"title": "Pune"}\n', "goa.jsonl")
    assert (lines.columns, len(lines.rows), lines.is_text) == (("title", "n"), 2, False)
    assert read_table_file(b'[{"title": "Goa"}]', "goa.json").rows == [{"title": "Goa"}]
    with pytest.raises(InvalidRequest, match="line 2 is no JSON object"):
        read_table_file(b'{"title": "Goa"}\n{"title": }\n', "goa.jsonl")
    with pytest.raises(InvalidRequest, match="export the table as CSV"):
        read_table_file(b"PK\x03\x04xl/workbook.xml", "goa.xlsx")


def test_a_heading_that_cannot_be_used_is_refused() -> None:
    assert "two columns have the name 'title'" in refuse("title,words,title\na,b,c\n")
    assert "column 2 has no name" in refuse("title,,words\na,b,c\n")
    assert "its first line names the columns" in refuse(" \n")
    assert "has no rows" in refuse("title,words\n")
    assert read_csv("title,words,,\na,b,,\n").columns == ("title", "words")  # spreadsheets write empty columns


def test_a_row_with_too_few_or_too_many_cells_is_named() -> None:
    table = read_csv("title,words\nGoa,sea\nPune\nDelhi,sun,more\nAgra,taj,\n")
    assert [(one.row, one.message[:11]) for one in table.problems] == [(2, "has 1 cells"), (3, "has 3 cells")]


def test_a_quotation_mark_that_never_ends_is_explained() -> None:
    assert "written twice" in refuse('title,words\nGoa,"sea\nPune,sun\n')


@pytest.mark.parametrize("count", [1001, 100_000])
def test_too_many_rows_are_refused_with_their_number(count: int) -> None:
    assert f"at most 1,000 rows (got {count:,})" in refuse("title\n" + "Goa\n" * count)
    with pytest.raises(InvalidRequest, match="at most 1,000 rows"):
        read_jsonl('{"title": "Goa"}\n' * count)
    assert len(read_csv("title\n" + "Goa\n" * 1000).rows) == 1000


def test_ids_are_the_column_id_or_the_number() -> None:
    assert read_csv("ID,title\ngoa,Goa\n,Pune\n").name_rows() == (["goa", "2"], [])
    assert read_list([{"title": "Goa"}, {"id": 7, "title": "Pune"}]).name_rows()[0] == ["1", "7"]


def test_an_id_that_two_rows_have_is_named() -> None:
    _, problems = read_csv("id,title\ngoa,Goa\npune,Pune\ngoa,Old Goa\n2,x\n,y\n").name_rows()
    assert [(one.row, one.column) for one in problems] == [(3, "id")]
    assert "row 1 has the id 'goa' too" in problems[0].message
    _, problems = read_csv("id,title\n2,Goa\n,Pune\n").name_rows()
    assert [(one.row, one.column) for one in problems] == [(2, "id")]
    _, problems = read_list([{"id": ["x"]}, {"id": "a\nb"}, {"id": "x" * 101}, {"id": True}]).name_rows()
    assert [one.row for one in problems] == [1, 2, 3, 4]


def test_a_row_that_is_no_object_is_named() -> None:
    assert [one.row for one in read_list([{"title": "Goa"}, "Pune", None]).problems] == [2, 3]


@given(text=_CELLS)
def test_no_cell_of_an_index_is_a_formula(text: str) -> None:
    data = write_index([IndexLine(row=1, id=text, state="failed", error=f"={text}", title=f" @{text}")])
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[0][:4] == ["row", "id", "state", "title"]
    assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r")) for cell in rows[1])
    assert rows[1][1].removeprefix("'") == text.removeprefix("'")


@given(ids=st.lists(_CELLS, min_size=1, max_size=20))
def test_each_row_has_a_folder_of_its_own(ids: list[str]) -> None:
    names = [name_folder(BatchRow(number=n, row_id=row_id)) for n, row_id in enumerate(ids, 1)]
    assert len(set(names)) == len(ids)
    assert not any(set(name) & set('/\\:*?"<>|') or name.startswith(".") or name.endswith((".", " ")) for name in names)

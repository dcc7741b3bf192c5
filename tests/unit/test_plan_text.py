"""Plan files of editors and chat models are read, or the error names the line and the fault."""

import json
from typing import Any

import pytest

from sutradhar.domain.plan.plan_text import PlanTextError, parse_plan_text

PLAN = {"title": "गोवा", "scenes": [{"narration": "It's “here”.", "image_prompt": "a beach"}]}
TEXT = json.dumps(PLAN, ensure_ascii=False, indent=2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_unicode_encoding_is_read(encoding: str) -> None:
    assert parse_plan_text(TEXT.encode(encoding)) == PLAN


@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{TEXT}\n```",
        f"Here is your plan:\n\n```json\n{TEXT}\n```\n\nShall I change it?",
        f"~~~\r\n{TEXT}\r\n~~~\r\n",
        f"First a command:\n```sh\nsutradhar make\n```\nand the plan:\n````JSON\n{TEXT}\n````\n",
        "\r\n" + TEXT.replace("\n", "\r\n") + "\r\n",
        TEXT.replace("\n", "\r"),
    ],
)
def test_a_code_fence_and_any_line_ends_are_taken(text: str) -> None:
    assert parse_plan_text(text.encode()) == PLAN


@pytest.mark.parametrize(
    ("data", "line", "says"),
    [
        ('{"topic": "x",\n "seed": 1,\n}', 2, 'a comma before the closing "}"'),
        ('{"tags": ["a",\n "b",\n\n]}', 2, 'a comma before the closing "]"'),
        ('{"topic": "x", // the fox\n "seed": 1}', 1, "a comment"),
        ('{\n # the fox\n "topic": "x"}', 2, "a comment"),
        ('{"topic": "x"} /* end */', 1, "a comment"),
        ('{"topic": "x"}\n\nEnjoy!', 3, "after the end of the plan: 'Enjoy!'"),
        ('{"topic": /* x */ "x"}', 1, "a comment"),
        ("{'topic': 'x'}", 1, "single quotation marks"),
        ("{\n“topic”: “x”}", 2, "typographic quotation marks"),
        ('{"a": 1\n "b": 2}', 2, "a comma is missing before '\"b\": 2}'"),
        ('{"a" 1}', 1, "a colon is missing"),
        ('{topic: "x"}', 1, "must stand in double quotation marks"),
        ('{"topic": "one\ntwo"}', 1, "a line break or a tab inside a text"),
        (r'{"image": "C:\my\photo.jpg"}', 1, "a backslash in a text"),
        ('{"strict": True}', 1, "there is True; JSON writes true"),
        ('{"topic": "she said "no" to it"}', 1, "a text ends before"),
        ('{"scenes": [{"narration": "x"}', 1, "ends too early"),
        ('{"topic": "x', 1, "no closing quotation mark"),
        ('Sure!\n{"topic": "x"}', 1, "a value is expected, not 'Sure!'"),
        ('Intro\n```json\n{"topic": "x",\n}\n```', 3, "a comma before the closing"),
    ],
)
def test_the_line_and_the_fault_are_named(data: str, line: int, says: str) -> None:
    with pytest.raises(PlanTextError) as caught:
        parse_plan_text(data.encode())
    assert f"in line {line}:" in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \n", "is empty"),
        ("नमस्ते: caf".encode() + b"\xe9\n{}", "not text in UTF-8 (line 1)"),
        (b'{"topic":\n "caf\xe9"}', "not text in UTF-8 (line 2)"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a text file"),
        (b'{"a": "\0"}', "not a text file"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "not a text file"),
        (b"%PDF-1.7\n", "a document (Word, OpenDocument, RTF or PDF)"),
        (b"PK\x03\x04\x14\0", "a document (Word"),
        (b"# The Silk Road\n\nSilk moved west.", "a text and not JSON"),
        ("एक राजा था।".encode(), "a text and not JSON"),
        (b'{"topic": "x", "topic": "y"}', 'has the field "topic" twice'),
        (b'{"music": {"volume_db": NaN}}', "NaN, which is not a number"),
        (b'{"seed": ' + b"1" * 5000 + b"}", "thousands of digits"),
        (b'{"a": ' + b"[" * 100_000, "nested too deeply"),
        (b"```\n{}\n```\n```\n{}\n```", "2 fenced blocks"),
    ],
)
def test_a_text_that_is_not_a_plan_is_refused_with_the_reason(data: Any, says: str) -> None:
    with pytest.raises(PlanTextError) as caught:
        parse_plan_text(data)
    assert says in str(caught.value)
    assert len(str(caught.value)) < 200

"""Files are found by the names that people write, or one sentence explains the fault in the name."""

import os
import unicodedata
from pathlib import Path

import pytest

from functions.cli.own_files import FileProblem, find_file


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    (tmp_path / "user/Pictures").mkdir(parents=True)
    (tmp_path / "user/Pictures/me.jpg").write_text("me")
    base = tmp_path / "it's 100% #1? मेरी 🙏"
    base.mkdir()
    return base


def test_paths_of_every_kind_lead_to_their_file(folder: Path) -> None:
    home = folder.parent / "user"
    for text in (
        "../user/Pictures/me.jpg",
        str(home / "Pictures/me.jpg"),
        "~/Pictures/me.jpg",
        f"file://{home}/Pictures/me.jpg",
        f"file://localhost{home}/Pictures/me.jpg",
        f"'{home}/Pictures/me.jpg' ",
        "..\\user\\Pictures\\me.jpg",
    ):
        assert find_file(text, folder).read_text() == "me", text


@pytest.mark.parametrize(
    "name",
    [
        "a b.jpg",
        "it's.jpg",
        "#1.jpg",
        "what?.jpg",
        "100%.jpg",
        "%41.jpg",
        "-clip: a;b.MP4",
        "समुद्र तट.JPG",
        "🙏.png",
        "a\\b",
    ],
)
def test_odd_names_are_found_also_as_urls(folder: Path, name: str) -> None:
    (folder / name).write_text(name)
    assert find_file(name, folder).read_text() == name
    assert find_file((folder / name).as_uri(), Path()).read_text() == name
    assert find_file(f"file://{folder / name}", Path()).read_text() == name


@pytest.mark.parametrize(("stored", "requested_form"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_a_name_in_another_unicode_form_is_found(folder: Path, stored: str, requested_form: str) -> None:
    name = "क़िला/café Ångström.jpg"
    path = folder / unicodedata.normalize(stored, name)  # type: ignore[arg-type]
    path.parent.mkdir()
    path.write_text("here")
    assert find_file(unicodedata.normalize(requested_form, name), folder).read_text() == "here"  # type: ignore[arg-type]


@pytest.mark.parametrize("encoding", ["latin-1", "cp437", "mac-roman", "cp1251"])
def test_a_name_in_an_old_encoding_is_found(folder: Path, encoding: str) -> None:
    name = "фото.jpg" if encoding == "cp1251" else "Café à la fête.jpg"
    raw = os.fsencode(folder) + b"/" + name.encode(encoding)
    Path(os.fsdecode(raw)).write_text("old")
    assert find_file(name, folder).read_text() == "old"
    assert find_file(os.fsdecode(raw), Path()).read_text() == "old"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        ("https://example.org/me.jpg", "is a URL; download"),
        ("www.example.org/me.jpg", "is a URL"),
        ("s3://bucket/me.jpg", "is a URL"),
        ("data:image/png;base64,iVBORw0KGgo=", "is a URL"),
        ("file://nas/share/me.jpg", "another machine"),
        ("C:\\Users\\me.jpg", "Windows path"),
        ("D:/me.jpg", "Windows path"),
        ("x\\y\\me.jpg", "with / and not"),
        ("nowhere.jpg", "no such file"),
        ("nowhere/me.jpg", "no such file"),
        ("a\0b", "no such file"),
        ("x" * 300, "no such file"),
        (".", "is a folder"),
        ("/dev/null", "is not a regular file"),
    ],
)
def test_a_wrong_name_gets_one_sentence(folder: Path, text: str, says: str) -> None:
    with pytest.raises(FileProblem) as caught:
        find_file(text, folder)
    assert says in str(caught.value)
    assert "Errno" not in str(caught.value)


def test_a_name_that_is_nearly_right_is_offered(folder: Path) -> None:
    (folder / "IMG_2031.JPG").write_text("x")
    with pytest.raises(FileProblem, match=r"did you mean IMG_2031\.JPG\?"):
        find_file("IMG_2031.jpeg", folder)

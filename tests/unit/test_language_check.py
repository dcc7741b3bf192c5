"""The language check sees what it promises to see, and leaves alone what is right."""

import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = """
| Say | Meaning | Instead of |
|---|---|---|
| provider | A service that makes assets | `maker`, `vendor` |
| *who acts: the caller* | An actor has a name | `whoever` |
| hosted / paid for | Reached over the network | `bought` |
| audio | Samples | `sound` (names), `sound track` |
| sound effect | A door, thunder | |
| fallback | An asset of a later provider | `stand-in` |
| *what the value is* | A name says what it holds | `found` (alone) |
| URL | Where a file is on the network | `address` (by eye), `link` (text) |
"""

Check = Callable[..., list[str]]


@pytest.fixture(scope="module")
def checker() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / ".ci"))
        yield importlib.import_module("check_language")


@pytest.fixture
def check(checker: ModuleType) -> Check:
    """Return a function that checks one file and returns the messages, each with its line."""

    def run(text: str, path: str = "functions/api/sample.py", exceptions: str = "") -> list[str]:
        terms, groups = checker.read_terms(GLOSSARY), checker.read_exceptions(exceptions)
        return [f"{line}: {message}" for line, message in checker.check_file(path, text, terms, groups)]

    return run


@pytest.mark.parametrize(
    "text",
    [
        '"""What is drawn."""',
        'class A:\n    """Whether it is."""',
        'def run() -> None:\n    """Of the two."""',
        'LIMIT = 1\n"""Where it ends."""',
        'class A:\n    size: int\n    """Nobody has it."""',
    ],
    ids=["module", "class", "function", "constant", "attribute"],
)
def test_a_docstring_that_begins_as_a_fragment_is_refused(check: Check, text: str) -> None:
    (message,) = check(text)
    assert "docstring begins with" in message
    assert message.startswith(f"{text.count(chr(10)) + 1}:")


@pytest.mark.parametrize("opening", ["Return what is drawn.", "Whatsoever.", "Offer it.", "``What``: no word."])
def test_a_docstring_that_begins_with_a_sentence_passes(check: Check, opening: str) -> None:
    assert check(f'"""{opening}"""') == []


@pytest.mark.parametrize(
    "name", ["made", "_told", "found_in", "joined", "given_up", "over", "of_two", "patiently", "to", "later"]
)
def test_a_function_without_a_verb_is_refused(check: Check, name: str) -> None:
    (message,) = check(f"def {name}() -> None: ...")
    assert f'function "{name}" begins with' in message


@pytest.mark.parametrize(
    "name",
    [
        "is_made_of",
        "has_found",
        "read_all",
        "set_size",
        "need_one",
        "seed",
        "succeed",
        "to_json",
        "from_env",
        "apply",
        "__lt__",
    ],
)
def test_a_function_with_a_verb_passes(check: Check, name: str) -> None:
    assert check(f"def {name}() -> None: ...") == []


@pytest.mark.parametrize(
    "decorator", ["property", "cached_property", "pytest.fixture", "pytest.fixture(scope='module')"]
)
def test_a_value_is_a_noun_and_no_bare_participle(check: Check, decorator: str) -> None:
    assert check(f"@{decorator}\ndef expected_size(): ...") == []
    assert check(f"@{decorator}\ndef other(): ...") == []
    assert "participle" in check(f"@{decorator}\ndef downgraded(): ...")[0]
    assert "participle" in check(f"@{decorator}\ndef made_by(): ...")[0]


@pytest.mark.parametrize(
    "text",
    [
        "class MakerTable: ...",
        "def ask_makers(): ...",
        "def ask(maker): ...",
        "maker = 1",
        "self.maker = 1",
        "import a as maker",
        "try: ...\nexcept E as maker: ...",
        "match x:\n    case [maker]: ...",
        "for maker in x: ...",
        "def test_a_maker_that_is_down_is_left_out(): ...",
    ],
)
def test_a_replaced_word_in_a_name_is_refused(check: Check, text: str) -> None:
    (message,) = check(text)
    assert message.endswith('say "provider"')


def test_a_name_is_reported_where_it_is_defined_and_once(check: Check) -> None:
    assert check("from other import maker\nmaker.maker(maker=1)\nx.vendor()") == []
    assert check("vendor = 1\nvendor = 2\n_vendor = 3") == [
        '1: name "vendor": say "provider"',
        '3: name "_vendor": say "provider"',
    ]


def test_a_module_is_a_name(check: Check) -> None:
    assert check("", path="functions/maker_table.py") == ['1: name "maker_table" has "maker": say "provider"']


def test_a_folder_is_a_name(checker: ModuleType) -> None:
    lines = checker.check_folders(["tests/vendors/a.py", "tests/unit/b.py"], checker.read_terms(GLOSSARY), [])
    assert list(lines) == ['tests/vendors/:1: name "vendors" has "vendor": say "provider"']


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("x = 1  # of a Maker", "comment"),
        ('"""Return the\nvendor\'s answer."""', "docstring"),
        ('error("the vendors are down")', "string"),
        ('error(f"{maker} of the\\n vendor")', "string"),
        ('error("one" "\\n"\n"vendor")', "string"),
    ],
)
def test_a_replaced_word_in_text_is_refused(check: Check, text: str, kind: str) -> None:
    (message,) = check(text)
    assert f"{kind} has" in message
    assert message.startswith("2:" if text.count("\n") else "1:")


def test_the_strings_of_tests_are_a_users_own_words(check: Check) -> None:
    text = '"""Ask the vendor."""\nvalue = "the vendor"'
    assert [message[:2] for message in check(text)] == ["1:", "2:"]
    assert [message[:2] for message in check(text, path="tests/unit/test_sample.py")] == ["1:"]


@pytest.mark.parametrize("text", ["# vendored", "# remake", "# filmmakers", "# stand in line", "# sounds good"])
def test_a_word_with_the_replaced_one_inside_passes(check: Check, text: str) -> None:
    assert check(text) == []


def test_a_name_in_text_is_read_word_by_word(check: Check) -> None:
    assert check("# see MAKER_ID") == ['1: comment has "MAKER": say "provider"']


def test_each_scope_holds_in_its_own_place(check: Check) -> None:
    assert check("# the sound, the address, found") == []
    assert check("sound_rules = 1") == ['1: name "sound_rules" has "sound": say "audio"']
    assert check("# the sound\nx = 1  # a sound  track") == ['2: comment has "sound  track": say "audio"']
    assert check("_found = 1") == ['1: name "_found": say what the value is']
    assert check("found_words = 1\nlink = 2\naddress = 3") == []
    assert check("# a link") == ['1: comment has "link": say "URL"']


def test_a_right_word_may_have_a_replaced_one_in_it(check: Check) -> None:
    assert check("class SoundEffectClip: ...\nsound_effects = 1") == []
    assert len(check("effect_sound = 1")) == 1


def test_the_advice_names_each_right_word(check: Check) -> None:
    assert check("# bought") == ['1: comment has "bought": say "hosted" or "paid for"']
    assert check("# whoever") == ['1: comment has "whoever": say who acts: the caller']


def test_a_log_event_is_snake_case(check: Check) -> None:
    assert check('log("job_moved", a=1)\nlogger.log(20, "x y")\nmath.log(2)') == []
    assert check('log("render done")') == ['1: log event "render done": write it in snake_case']


def test_pages_are_read_without_their_code(check: Check) -> None:
    page = "A maker.\n\n```json\nmaker\n```\n\nSee `maker` and [it](maker.md).\n"
    assert check(page, path="docs/deploy.md") == ['1: text has "maker": say "provider"']


def test_terraform_is_read_in_its_comments_and_descriptions(check: Check) -> None:
    text = '# a maker\nresource "maker" "a" {\n  description = "The vendor"\n  name = "maker"\n}\n'
    assert [message[:2] for message in check(text, path="terraform/a.tf")] == ["1:", "3:"]


@pytest.mark.parametrize(
    "group",
    ['names = ["maker"]', 'phrases = ["Maker of"]\nskip = ["names"]', 'skip = ["names", "comments"]'],
)
def test_an_exception_holds_in_its_files_only(check: Check, group: str) -> None:
    exceptions = f'[[group]]\nreason = "a package"\npaths = ["functions/*"]\n{group}\n'
    text = "maker = 1\n" + ("# maker of\n" if "names =" not in group else "")
    assert check(text, exceptions=exceptions) == []
    assert check(text, path="gpu_renderer/sample.py", exceptions=exceptions) != []


@pytest.mark.parametrize(
    "group", ['names = ["a"]', 'reason = ""', 'reason = "a"\nnmaes = ["a"]', 'reason = "a"\nskip = ["all"]']
)
def test_a_wrong_group_of_exceptions_is_refused(checker: ModuleType, group: str) -> None:
    with pytest.raises((TypeError, ValueError)):
        checker.read_exceptions(f"[[group]]\n{group}\n")


@pytest.mark.parametrize(
    "page",
    [
        "no table",
        "| Say | Meaning | Instead of |\n|---|---|---|\n| a | b | `c` (nmaes) |",
        "| Say | Meaning | Instead of |\n|---|---|---|\n| a | b |",
    ],
)
def test_a_wrong_glossary_is_refused(checker: ModuleType, page: str) -> None:
    with pytest.raises(ValueError, match=r"glossary|Scope"):
        checker.read_terms(page)


def test_an_exception_for_a_file_that_is_gone_is_found(checker: ModuleType) -> None:
    groups = checker.read_exceptions('[[group]]\nreason = "a package"\npaths = ["*/b.py", "c.py"]\n')
    assert checker.find_unused_paths(["a/b.py"], groups) == ["c.py"]


def test_a_function_with_a_vague_name_is_refused(check: Check) -> None:
    assert check("def encode_argv(): ...") == []
    assert check("def argv(): ...") == ['1: function "argv" does not say what it does: use verb + object']


def run_check(*paths: str) -> "subprocess.CompletedProcess[str]":
    command: Sequence[str] = [sys.executable, str(ROOT / ".ci/check_language.py"), *paths]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_check_passes_its_own_files_and_says_so() -> None:
    ended = run_check(".ci/check_language.py", ".ci/language_glossary.py", ".ci/language_python.py")
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
    assert "0 in 3 files" in ended.stdout


def test_a_path_without_files_is_an_error() -> None:
    assert run_check("docs/frame.jpg").returncode == 2

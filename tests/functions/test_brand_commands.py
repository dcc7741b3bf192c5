"""Brands from the terminal: `sutradhar brands`, and `--brand` of `plan`."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from functions.cli import app
from sutradhar import bootstrap
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.plan.brand import BrandFields
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline import api_keys
from sutradhar.pipeline.submit import submit
from tests.brand_files import draw_logo, make_clip, read_noto
from tests.conftest import forget


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def run_json(*words: str) -> Any:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def brand_file(home: Path, tmp_path: Path) -> Path:
    """A file with the fields of a brand, which names files beside it."""
    (tmp_path / "latin.ttf").write_bytes(read_noto())
    (tmp_path / "logo.png").write_bytes(draw_logo())
    fields = {
        "title": "Tea",
        "fonts": {"latin": {"upload": "latin.ttf", "licence": "OFL 1.1"}},
        "logo": "logo.png",
        "voice": "M",
    }
    path = tmp_path / "tea.json"
    path.write_text(json.dumps(fields))
    return path


def test_a_brand_is_saved_from_a_file_shown_listed_and_deleted(brand_file: Path) -> None:
    assert "tea is stored" in run("brands", "save", "tea", str(brand_file)).stderr
    shown = run_json("brands", "show", "tea")
    assert shown["fonts"]["latin"]["upload"].startswith("up-")
    assert [one["name"] for one in run_json("brands", "list", "--json")["brands"]] == ["tea"]
    assert "fonts, logo, voice" in run("brands", "list").stdout
    brand_file.write_text(json.dumps({**shown, "voice": "F"}))
    assert run_json("brands", "save", "tea", str(brand_file), "--json")["version"] == 2
    plan = run_json("plan", "The fox and the grapes", "--length", "5", "--brand", "tea")
    assert plan["brand"] == "tea"
    assert "brand_look" not in plan
    assert run_json("brands", "delete", "tea", "--yes", "--json")["name"] == "tea"
    assert run("brands", "show", "tea").exit_code == 1
    refused = run("plan", "The fox and the grapes", "--brand", "tea")
    assert "--brand there is no brand tea" in " ".join(refused.stderr.split())


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("Tea", "{}", "small letters"),
        ("tea", "nonsense", "FILE"),
        ("tea", '{"logo": "none.png"}', "is not there"),
        ("tea", '{"colour": 1}', "is not a field of a brand"),
    ],
)
def test_a_wrong_brand_is_refused(brand_file: Path, name: str, text: str, words: str) -> None:
    brand_file.write_text(text)
    result = run("brands", "save", name, str(brand_file))
    assert (result.exit_code, words in " ".join(result.stderr.split())) == (2, True), result.stderr


def test_the_page_shows_a_brand_that_can_be_stored(home: Path, tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "brands.md").read_text("utf-8")
    (tmp_path / "fonts").mkdir()
    files = {
        "fonts/latin.ttf": read_noto(),
        "fonts/hindi.ttf": read_noto("NotoSansDevanagari-Regular.ttf"),
        "logo.png": draw_logo(),
        "tea.json": page.partition("```json\n")[2].partition("```")[0].encode(),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    for name, color in (("intro.mp4", "red"), ("outro.mp4", "blue")):
        make_clip(tmp_path / name, color)
    lines = [line for block in page.split("```sh\n")[1:] for line in block.partition("```")[0].splitlines()]
    words = [shlex.split(line)[1:] for line in lines if line.startswith("sutradhar brands")]
    assert len(words) == 6
    for line in words:
        result = run(*(str(tmp_path / word) if word.endswith((".json", ".zip")) else word for word in line))
        assert result.exit_code == 0, result.stderr
    fields = run_json("brands", "show", "tea-stories")
    unnamed = set(BrandFields.model_fields) - {"watermark"}
    assert fields.keys() == unnamed, "the page shows every field"


def order(brand: str) -> Job:
    scene = {"narration": "Tea.", "image_prompt": "a cup"}
    return submit(bootstrap.services(), RenderPlan.parse({"brand": brand, "title": "Tea", "scenes": [scene]}))[0]


def test_a_brand_moves_to_another_home(brand_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("brands", "save", "tea", str(brand_file))
    looks = [order("tea").requested_plan.look]
    file = tmp_path / "moved.zip"
    assert run("brands", "export", "tea", "--out", str(file)).stdout.strip() == str(file)
    bootstrap.backend().end_executions()
    bootstrap.backend().close()
    monkeypatch.setenv("SUTRADHAR_HOME", str(tmp_path / "other"))
    forget()
    assert run_json("brands", "import", str(file), "--json")["version"] == 1
    looks.append(order("tea").requested_plan.look)
    assert looks[0]
    assert looks[1]
    assert looks[0].describe() == looks[1].describe()
    assert "already" in run("brands", "import", str(file)).stderr
    backend = bootstrap.backend()
    key, _ = api_keys.create(backend.records, backend.clock, "asha")
    assert run_json("brands", "import", str(file), "--key", key.id, "--json")["owner"] == key.id
    assert run("brands", "import", str(brand_file)).exit_code == 2

"""`sutradhar make --providers`, with keys and URLs from the environment, makes a video that passes the quality gate."""

import json
from pathlib import Path

from tests.e2e.conftest import Terminal
from tests.providers import google_account
from tests.providers.billing_harness import STUB_ANSWERS
from tests.providers.pipeline_harness import environment
from tests.providers.server import KEY, ProviderStub


def test_a_topic_becomes_a_video_of_hosted_providers(terminal: Terminal, tmp_path: Path) -> None:
    with ProviderStub(STUB_ANSWERS) as stub:
        terminal.env |= environment(stub, terminal.home)
        words = ["make", "A river", "--length", "12", "--mode", "PROXY", "--out", str(terminal.out)]
        done = terminal.run(*words, "--providers", "openai,elevenlabs")
        assert done.returncode == 0, done.stdout
        summary = json.loads((terminal.out / "job_summary.json").read_text())
        assert all(f["ok"] for f in summary["findings"]), summary["findings"]
        # the voice by the first of the two that has one
        assert [len(stub.list_billed(name)) for name in ("openai", "elevenlabs", "gemini")] == [3, 2, 0]
        assert "Paid to providers: " in done.stdout
        again = terminal.run(*words, "--providers", "openai,nobody")
        assert again.returncode != 0
        assert "there is no 'nobody'; known are elevenlabs, freesound, gemini" in " ".join(again.stdout.split())


def test_stock_footage_becomes_a_video(terminal: Terminal) -> None:
    plan = {
        "title": "Water",
        "footage": "stock",
        "subtitle_languages": ["en"],
        "render": {"mode": "PROXY"},
        "scenes": [
            {"narration": "A river runs through the valley.", "image_prompt": "river in a valley"},
            {"narration": "It rests.", "image_prompt": "calm lake"},
        ],
    }
    terminal.plan.write_text(json.dumps(plan))
    with ProviderStub(STUB_ANSWERS) as stub:
        terminal.env |= {"PEXELS_API_KEY": KEY, "PEXELS_BASE_URL": stub.url("pexels")}
        done = terminal.run("make", "--plan", str(terminal.plan), "--out", str(terminal.out))
    assert done.returncode == 0, done.stdout
    summary = json.loads((terminal.out / "job_summary.json").read_text())
    assert all(f["ok"] for f in summary["findings"]), summary["findings"]
    named = json.loads((terminal.out / "provenance.json").read_text())["credits"]
    assert named == ["Asha, Pexels License, https://www.pexels.com/video/1/"]


def test_a_generated_clip_begins_with_its_image(terminal: Terminal, tmp_path: Path) -> None:
    """`sutradhar plan` prints the cost of the clips, and `sutradhar make` renders a video with them."""
    plan = {
        "title": "Water",
        "subtitle_languages": ["en"],
        "render": {"mode": "PROXY"},
        "voice": "openai/ash",
        "scenes": [
            {"narration": "A river runs.", "image_prompt": "river in a valley", "footage": "generated"},
            {"narration": "It rests.", "image_prompt": "calm lake"},
        ],
    }
    terminal.plan.write_text(json.dumps(plan))
    with ProviderStub(STUB_ANSWERS) as stub:
        terminal.env |= {**environment(stub, terminal.home), **google_account.environment(stub.url("oauth"), tmp_path)}
        asked = " ".join(terminal.run("plan", "--plan", str(terminal.plan)).stdout.split())
        assert "in all, in USD" in asked
        assert "gemini veo-3.1-fast-generate-001 │ 0.4000" in asked, asked
        assert stub.list_billed("gemini") == []
        done = terminal.run("make", "--plan", str(terminal.plan), "--out", str(terminal.out))
        assert done.returncode == 0, done.stdout
        assert [request.path.rpartition(":")[2] for request in stub.list_billed("gemini")] == ["predictLongRunning"]
        voice_requests = [request for request in stub.list_billed("openai") if request.path.endswith("speech")]
        assert {request.body["voice"] for request in voice_requests} == {"ash"}
    summary = json.loads((terminal.out / "job_summary.json").read_text())
    assert all(f["ok"] for f in summary["findings"]), summary["findings"]
    provenance = json.loads((terminal.out / "provenance.json").read_text())
    assert [(a["provider"].partition("/")[0], a["kind"]) for a in provenance["assets"]][:2] == [
        ("openai", "narration"),
        ("gemini", "image"),
    ]
    # the stub's clip is a pattern that moves; its voice hums, which no recogniser takes for words
    assert {word["how"] for word in provenance["assets"][0]["words"]} <= {"estimate", "speech"}


def test_the_doctor_says_which_model_is_gone_dying_unpriced_or_fine(terminal: Terminal) -> None:
    def doctor(stub: ProviderStub, **variables: str) -> tuple[int, str]:
        terminal.env = {**before, **environment(stub, terminal.home), "COLUMNS": "300", **variables}
        done = terminal.run("doctor", "--providers")
        return done.returncode, done.stdout

    before = terminal.env
    priced = "input_tokens=1/1M,input_image_tokens=1/1M,output_tokens=1/1M"
    with ProviderStub(STUB_ANSWERS) as stub:
        _, fine = doctor(stub)
        assert "✓ │ image model of openai" in fine
        assert "gpt-image-2.6-flare is served" in fine
        status, bad = doctor(
            stub,
            OPENAI_IMAGE_MODEL="gone-1",
            OPENAI_PLANNER_MODEL="gpt-dying",
            MODEL_PRICES=f"openai/gone-1:{priced};openai/gpt-dying:{priced};openai/gpt-voice:seconds=0.015/60",
        )
        assert status == 1
        assert "✗ │ image model of openai" in bad
        assert "openai has no model gone-1 for this account" in bad
        assert "! │ planner model of openai" in bad
        assert "gpt-dying WILL BE SHUT DOWN on" in bad
        status, unpriced = doctor(stub, GEMINI_IMAGE_MODEL="new-1")
        assert status == 1
        assert "✗ │ GEMINI_IMAGE_MODEL" in unpriced
        assert "set MODEL_PRICES=gemini/new-1:input_tokens=USD/1M,output_tokens=USD/1M" in unpriced
        refused = terminal.run("make", "A river", "--out", str(terminal.out))
        assert refused.returncode != 0
        assert "GEMINI_IMAGE_MODEL no price is known for gemini's new-1" in " ".join(refused.stdout.split())
        assert not [request for name in STUB_ANSWERS for request in stub.list_billed(name)]

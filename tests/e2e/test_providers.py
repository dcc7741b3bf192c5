"""`sutradhar make --providers`, with keys and addresses from the environment: bought things become a checked film."""

import json
from pathlib import Path

from tests.e2e.conftest import Terminal
from tests.vendors.desk import VENDORS
from tests.vendors.server import VendorStub
from tests.vendors.studio import environment


def test_a_topic_becomes_a_film_of_bought_things(terminal: Terminal, tmp_path: Path) -> None:
    with VendorStub(VENDORS) as stub:
        terminal.env |= environment(stub, terminal.home)
        words = ["make", "A river", "--length", "12", "--mode", "PROXY", "--out", str(terminal.out)]
        done = terminal.run(*words, "--providers", "openai,elevenlabs")
        assert done.returncode == 0, done.stdout
        summary = json.loads((terminal.out / "job_summary.json").read_text())
        assert all(f["ok"] for f in summary["findings"]), summary["findings"]
        # the voice by the first of the two that has one
        assert [len(stub.billed(vendor)) for vendor in ("openai", "elevenlabs", "gemini")] == [3, 1, 0]
        assert "Paid to vendors: " in done.stdout
        again = terminal.run(*words, "--providers", "openai,nobody")
        assert again.returncode != 0
        assert "there is no 'nobody'; known are elevenlabs, gemini, openai" in " ".join(again.stdout.split())

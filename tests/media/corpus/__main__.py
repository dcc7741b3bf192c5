"""Print the result and the memory use for every file: `python -m tests.media.corpus [NAME ...]`."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from sutradhar import bootstrap
from tests.media.corpus.registry import check, load_entries

MAX_PROBE_MB = 400


def main(names: list[str]) -> int:
    """Print the table and the totals; return 1 if the result for a file differs from the expected one."""
    wrong, taken, refused, highest = 0, 0, 0, 0
    with tempfile.TemporaryDirectory() as home:
        os.environ["SUTRADHAR_HOME"] = home
        services = bootstrap.services()
        for one in load_entries():
            if names and one.name not in names:
                continue
            folder = Path(home) / "corpus" / one.name
            folder.mkdir(parents=True)
            outcome = check(one, folder, services)
            argv = [sys.executable, "-m", "tests.media.corpus.probe", str(folder / one.name)]
            peak = int(json.loads(subprocess.run(argv, check=True, capture_output=True, text=True).stdout))
            problems = [*outcome.problems, *([f"takes {peak} MB"] if peak > MAX_PROBE_MB else [])]
            taken, refused = taken + (outcome.taken == "taken"), refused + (outcome.taken == "refused")
            wrong, highest = wrong + bool(problems), max(highest, peak)
            print(f"{one.name:32} {one.source:44} {outcome.taken:8} {peak:4} MB  {outcome.reason}")
            for problem in problems:
                print(f"{'':32} WRONG: {problem}")
            for path in folder.iterdir():
                path.unlink()
    print(f"{taken} taken, {refused} refused, {wrong} wrong; the highest peak is {highest} MB")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

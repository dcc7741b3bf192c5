"""Run the race alone, or a slice of it: ``python -m tests.bench.race [--quick] [--only NAME ...] [--rounds N]``."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.bench.figures import Figures
from tests.bench.race.race import ORDER, measure_race
from tests.bench.videos import FULL, QUICK, Bench

_ROOT = Path(__file__).parents[3]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.race", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a video of 4 s")
    parser.add_argument("--out", type=Path, help="folder for the figures")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", nargs="*", choices=ORDER, default=[], metavar="NAME", help=", ".join(ORDER))
    arguments = parser.parse_args()
    out = arguments.out or _ROOT / ("out/bench" if arguments.quick else "docs/bench")
    with tempfile.TemporaryDirectory(prefix="sutradhar-race-") as folder:
        bench = Bench(QUICK if arguments.quick else FULL, Path(folder))
        measure_race(bench, Figures(out, "The race"), arguments.only, arguments.rounds)
    print(out / "race.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())

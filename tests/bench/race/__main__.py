"""Run the race alone, or a slice of it: ``python -m tests.bench.race [--quick] [--only NAME ...] [--rounds N]``.

With ``--folder`` the steps can be run one by one: ``prepare``, ``run`` (again and again, with other names), ``judge``.
"""

import argparse
import contextlib
import sys
import tempfile
from pathlib import Path

from tests.bench.figures import Figures
from tests.bench.race.race import ORDER, finish_race, prepare_race
from tests.bench.videos import FULL, QUICK, Bench

_ROOT = Path(__file__).parents[3]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.race", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a video of 4 s")
    parser.add_argument("--out", type=Path, help="folder for the figures")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", nargs="*", choices=ORDER, default=[], metavar="NAME", help=", ".join(ORDER))
    parser.add_argument("--alone", action="store_true", help="do not measure ours in this slice")
    parser.add_argument("--folder", type=Path, help="keep material and videos here, for slices and a later --judge")
    parser.add_argument("--step", choices=("prepare", "run", "judge"), help="do only this; needs --folder")
    arguments = parser.parse_args()
    if arguments.step and not arguments.folder:
        parser.error("--step needs --folder")
    out = arguments.out or _ROOT / ("out/bench" if arguments.quick else "docs/bench")
    scale, figures = QUICK if arguments.quick else FULL, Figures(out, "The race")
    with contextlib.ExitStack() as stack:
        folder = arguments.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sutradhar-race-")))
        folder.mkdir(parents=True, exist_ok=True)
        race = prepare_race(Bench(scale, folder.resolve()), out)
        if arguments.step in (None, "run"):
            race.run(arguments.only or ORDER, arguments.rounds, alone=arguments.alone)
        if arguments.step in (None, "judge"):
            finish_race(race, figures, arguments.only or ORDER)
            print(out / "race.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())

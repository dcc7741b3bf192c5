"""Search x264's settings for FINAL and PROXY: ``python -m tests.bench.encoder_search [--quick] [STEP ...]``.

The step ``cost`` encodes every setting on both cores and measures CPU; nothing else should run then. ``quality``
measures the files that ``cost`` made, at any time. ``plot`` writes encoder.json, encoder.md and encoder.png to
docs/bench (out/bench with --quick). All three are done by default. ``--raw`` keeps the composed frames, the encoded
files and all figures in a folder; what it holds is not measured again, so that a search can stop and go on.
"""

import argparse
import hashlib
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.encoder_search import front, trial
from tests.bench.encoder_search.archives import list_archives
from tests.bench.encoder_search.contents import Piece, compose_pieces
from tests.bench.encoder_search.results import Results
from tests.bench.encoder_search.settings import NAMED, VERYFAST, Setting, list_finalists, list_settings
from tests.bench.workload import FULL_HD, HD

_ROOT = Path(__file__).parents[3]
_FRAMES = 60


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.encoder_search", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only the first five settings")
    parser.add_argument("--raw", type=Path, help="folder for composed frames and encoded files; it may be used again")
    parser.add_argument("--out", type=Path, help="folder for the results")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop each step then; call again to go on")
    parser.add_argument("steps", nargs="*", metavar="STEP", help="cost, quality, plot")
    arguments = parser.parse_args()
    steps = arguments.steps or ["cost", "quality", "plot"]
    if unknown := set(steps) - {"cost", "quality", "plot"}:
        parser.error(f"no step {', '.join(sorted(unknown))}; there are cost, quality, plot")
    out = arguments.out or _ROOT / ("out/bench" if arguments.quick else "docs/bench")
    with tempfile.TemporaryDirectory(prefix="sutradhar-encoder-") as scratch:
        raw = arguments.raw or Path(scratch)
        pieces = {
            "FINAL": compose_pieces(raw, FULL_HD, _FRAMES),
            "PROXY": compose_pieces(raw, HD, _FRAMES),
        }
        settings = [*list_finalists(), *list_archives(), *list_settings()][: 5 if arguments.quick else None]
        for step in steps:
            end = time.monotonic() + arguments.seconds
            if step == "plot":
                cost, quality = (Results.read(raw / f"{name}.json").rows for name in ("cost", "quality"))
                points = front.build_points(cost, quality)
                if not points:
                    parser.error("nothing to plot: no setting has both its cost and its quality measured yet")
                front.write(points, {str(one): name for one, name in NAMED.items()}, out)
                continue
            results = Results.read(raw / f"{step}.json")
            pending = [setting for setting in [VERYFAST, *settings] if str(setting) not in results.rows]
            if step == "cost" and pending and str(VERYFAST) in results.rows:
                results.start_slice(_measure(step, VERYFAST, pieces["FINAL"], raw), str(VERYFAST))
            for setting in pending:
                if time.monotonic() > end:
                    break
                try:
                    rows = _measure(step, setting, pieces[setting.mode], raw)
                except FileNotFoundError:
                    continue  # its cost has not been measured, so it has no files yet
                results.add(str(setting), rows)
                print(f"{setting}: {rows}", flush=True)
    return 0


def _measure(step: str, setting: Setting, pieces: list[Piece], raw: Path) -> dict[str, dict[str, float]]:
    folder = raw / "encoded" / hashlib.sha256(str(setting).encode()).hexdigest()[:16]
    if step == "quality":
        if not (folder / "done").exists():
            raise FileNotFoundError(folder)
        return trial.measure_quality(pieces, folder)
    folder.mkdir(parents=True, exist_ok=True)
    rows = trial.measure_cost(setting.to_options(), pieces, folder)
    (folder / "done").touch()
    return rows


if __name__ == "__main__":
    sys.exit(main())

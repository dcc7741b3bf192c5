"""`sutradhar` on a machine whose quality gate, of an older version than ours, refuses every video."""

from functions import cli
from functions.cli import make
from sutradhar.pipeline import finish

if __name__ == "__main__":
    finish.describe_failures = lambda _results: "loudness: -30 LUFS; it must be -15 to -13"
    make.gate_versions = finish.gate_versions = lambda engine_version, _gate_version=0: f"0-{engine_version}"
    cli.main()

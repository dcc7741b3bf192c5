"""`sutradhar` on a machine whose quality gate, of an older version than ours, refuses every video."""

from functions import cli
from functions.cli import make
from sutradhar.pipeline import finish

if __name__ == "__main__":
    finish.failures = lambda _findings: "loudness: -30 LUFS; it must be -15 to -13"
    finish.VERSION = make.VERSION = 0
    cli.main()

"""`sutradhar` on a machine whose quality gate refuses every video."""

from functions import cli
from sutradhar.pipeline import finish

if __name__ == "__main__":
    finish.failures = lambda _findings: "loudness: -30 LUFS; it must be -15 to -13"
    cli.main()

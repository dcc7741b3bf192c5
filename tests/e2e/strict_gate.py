"""`sutradhar` on a machine whose quality gate, of an older version than ours, refuses every video."""

from unittest.mock import patch

from functions import cli
from functions.cli import make
from sutradhar.pipeline import finish


def describe_loudness(_results: object) -> str:
    return "loudness: -30 LUFS; it must be -15 to -13"


def name_older_gate(engine_version: str, _gate_version: int = 0) -> str:
    return f"0-{engine_version}"


if __name__ == "__main__":
    with (
        patch.object(finish, "describe_failures", describe_loudness),
        patch.object(make, "gate_versions", name_older_gate),
        patch.object(finish, "gate_versions", name_older_gate),
    ):
        cli.main()

"""The real definitions of n8n's nodes, from its package."""

import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
N8N = "n8n-nodes-base@2.41.2"
_MEMBER = "package/dist/types/nodes.json"


@pytest.fixture(scope="session")
def n8n_nodes() -> Mapping[str, list[dict[str, Any]]]:
    """Return the definitions of each node by its name. npm downloads the package once."""
    path = ROOT / ".cache" / "n8n" / f"{N8N.rpartition('@')[2]}.json"
    if not path.exists():
        if not shutil.which("npm") and os.environ.get("CI") != "true":
            pytest.skip("npm is not installed")
        path.parent.mkdir(parents=True, exist_ok=True)
        packed = subprocess.run(
            ["npm", "pack", N8N, "--silent"], cwd=path.parent, capture_output=True, text=True, timeout=300, check=True
        )
        archive = path.parent / packed.stdout.split()[-1]
        with tarfile.open(archive) as package:
            member = package.extractfile(_MEMBER)
            assert member, f"{N8N} has no {_MEMBER}"
            part = path.with_suffix(f".{os.getpid()}.part")
            part.write_bytes(member.read())
        part.replace(path)
        archive.unlink()
    nodes: dict[str, list[dict[str, Any]]] = {}
    for node in json.loads(path.read_text("utf-8")):
        nodes.setdefault(f"n8n-nodes-base.{node['name']}", []).append(node)
    return nodes

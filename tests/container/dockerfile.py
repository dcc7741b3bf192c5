"""gpu_renderer/Dockerfile as a list of steps, and its replay where there is no Docker.

`python -m tests.container.dockerfile FOLDER` makes each stage in a chroot of debootstrap below FOLDER (as root, in a
minute or two) and runs the renderer's check in the last one. `IMAGE_CHROOT=FOLDER/image pytest tests/container` then
runs the image's tests in there.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dockerfile_parse import DockerfileParser

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "gpu_renderer/Dockerfile"


_NETWORK = ("/etc/resolv.conf", "/etc/pip.conf", "/etc/ssl/certs", "/usr/local/share/ca-certificates")
"""The files by which this machine reaches the network. Docker gives its builds the same access."""
_SLIM = {
    "etc/apt/apt.conf.d/docker-clean": 'APT::Keep-Downloaded-Packages "false";\n'
    'DPkg::Post-Invoke {"rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true";};\n',
    "etc/dpkg/dpkg.cfg.d/docker": "".join(
        f"path-exclude /usr/share/{name}/*\n" for name in ("doc", "info", "locale", "man")
    ),
}
"""The settings by which debian:bookworm-slim differs from debootstrap's minbase.

It keeps no archives, manuals and translations."""


@dataclass
class Stage:
    base: str
    name: str
    steps: list[tuple[str, str]] = field(default_factory=list)


def stages() -> list[Stage]:
    stage_list: list[Stage] = []
    for step in DockerfileParser(fileobj=io.BytesIO(DOCKERFILE.read_bytes())).structure:
        instruction, value = step["instruction"], " ".join(step["value"].split())
        if instruction == "FROM":
            base, _, name = value.partition(" AS ")
            stage_list.append(Stage(base, name))
        elif instruction != "COMMENT":
            stage_list[-1].steps.append((instruction, value))
    return stage_list


def environment(stage: Stage, known: Mapping[str, str]) -> dict[str, str]:
    env = dict(known)
    for instruction, value in stage.steps:
        if instruction == "ENV":
            for part in value.split(" "):
                name, _, text = part.partition("=")
                env[name] = text.replace("$PATH", env["PATH"])
    return env


def copies(stage: Stage) -> Iterator[tuple[str, list[str], str]]:
    """From which stage (empty: the repository), what, and where to."""
    for instruction, value in stage.steps:
        if instruction == "COPY":
            words = value.split()
            source = words.pop(0).removeprefix("--from=") if words[0].startswith("--from=") else ""
            yield source, words[:-1], words[-1]


def copy(source: Path, target: Path, into_folder: bool) -> None:
    target = target / source.name if into_folder else target
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, target, symlinks=source.name == "venv", dirs_exist_ok=True, ignore=ignore)
    else:
        shutil.copy2(source, target)


def replay(folder: Path) -> None:  # noqa: C901, PLR0912 - one for each kind of step
    base = folder / "base"
    if not base.exists():
        argv = ["debootstrap", "--variant=minbase", "bookworm", str(base)]
        subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
    for path, text in _SLIM.items():
        (base / path).write_text(text)
    roots: dict[str, Path] = {}
    for stage in stages():
        root = folder / (stage.name or "image")
        shutil.rmtree(root, ignore_errors=True)
        subprocess.run(["cp", "-a", str(base), str(root)], check=True)
        for path in _NETWORK:
            if Path(path).exists():
                copy(Path(path), root / path.lstrip("/"), into_folder=False)
        env = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
        env |= {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "REQUESTS_"))}
        user, workdir, size = "0", "/", megabytes(root)
        print(f"{size:5d} MB  FROM {stage.base}", flush=True)
        for instruction, value in stage.steps:
            started = time.monotonic()
            if instruction == "ENV":
                env = environment(Stage("", "", [(instruction, value)]), env)
            elif instruction == "USER":
                user = value
            elif instruction == "WORKDIR":
                workdir = value
            elif instruction == "COPY":
                for source, names, target in copies(Stage("", "", [(instruction, value)])):
                    for name in names:
                        start = roots[source] / name.lstrip("/") if source else ROOT / name
                        copy(start, root / target.lstrip("/"), target.endswith("/"))
            elif instruction == "RUN":
                inside(root, env, user, f"cd {workdir} && {value}")
            seconds, before, size = time.monotonic() - started, size, megabytes(root)
            print(f"{size - before:5d} MB {seconds:6.1f} s  {instruction} {value[:90]}", flush=True)
        roots[stage.name] = root
        print(f"{size:5d} MB", flush=True)
    entry = json.loads(next(value for instruction, value in stages()[-1].steps if instruction == "ENTRYPOINT"))
    print("entry point:", entry, "says", inside(roots[""], env, user, f"cd /tmp && {' '.join(entry)} --check"))


def megabytes(root: Path) -> int:
    return int(subprocess.run(["du", "-sxm", str(root)], capture_output=True, text=True, check=True).stdout.split()[0])


def inside(root: Path, env: Mapping[str, str], user: str, command: str) -> str:
    argv = ["chroot", f"--userspec={user}:{user}", str(root), "/bin/sh", "-ec", command]
    done = subprocess.run(argv, env=dict(env), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    replay(Path(sys.argv[1]))

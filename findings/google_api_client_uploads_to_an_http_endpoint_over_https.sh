#!/usr/bin/env bash
# google-api-python-client 2.202.0: client_options={"api_endpoint": "http://127.0.0.1:8080"} leads plain calls to that
# address, but uploads of media to https://127.0.0.1:8080: their URI takes over the host and the port, not the scheme.
# Expected before the run: all calls of a client go to the scheme, host and port of api_endpoint, as with an emulator.
# Seen: videos.list goes to http, thumbnails.set and videos.insert of the same client go to https, where no TLS is spoken.
# Our tests lead the calls to the stub by a transport of their own (tests/youtube_server.py, LocalAddress).
# Exits with an error when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check google-api-python-client==2.202.0 httplib2==0.32.1
"$folder/venv/bin/python" - <<'PYTHON'
import io
import sys

import httplib2
from googleapiclient.discovery import build
from googleapiclient.http import MediaIoBaseUpload

youtube = build(
    "youtube",
    "v3",
    http=httplib2.Http(),
    static_discovery=True,
    client_options={"api_endpoint": "http://127.0.0.1:8080"},
)
image = MediaIoBaseUpload(io.BytesIO(b"\x89PNG"), "image/png")
video = MediaIoBaseUpload(io.BytesIO(b"video"), "video/mp4", resumable=True)
uris = {
    "videos.list": youtube.videos().list(part="id", id="a").uri,
    "thumbnails.set": youtube.thumbnails().set(videoId="a", media_body=image).uri,
    "videos.insert": youtube.videos().insert(part="snippet", body={}, media_body=video).uri,
}
for name, uri in uris.items():
    print(f"  {name}: {uri}")
if [uri.split("/youtube/")[0] for uri in uris.values()] != [
    "http://127.0.0.1:8080",
    "https://127.0.0.1:8080/upload",
    "https://127.0.0.1:8080/upload",
]:
    sys.exit("this has changed: expected http for the list, and https for the two uploads")
PYTHON

#!/usr/bin/env bash
# google-genai 3.4.0: the names inside `speech_config` are sent as Python writes them if the client has an API key
# (`voice_config`, `language_code`), and as the API writes them on Vertex AI (`voiceConfig`, `languageCode`). All other
# parts of the same request have the API's names both times.
# Expected before the run: `voiceConfig` both times, as for every other part of the configuration.
# Seen: `speechConfig` with `voice_config` inside. Google's servers read both forms; a stub, a proxy or a log filter that
# knows only the documented one misses the voice. providers/hosted/gemini/voice.py is not harmed; its stub reads both.
# Exits with an error when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check google-genai==3.4.0
"$folder/venv/bin/python" - <<'PYTHON'
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from google import genai
from google.genai import types
from google.oauth2.credentials import Credentials

bodies = []


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        bodies.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(400)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
voice = types.VoiceConfig(prebuilt_voice_config=types.PrebuiltVoiceConfig(voice_name="Kore"))
config = types.GenerateContentConfig(
    response_modalities=["AUDIO"], speech_config=types.SpeechConfig(voice_config=voice)
)
http = types.HttpOptions(
    base_url=f"http://127.0.0.1:{server.server_address[1]}", retry_options=types.HttpRetryOptions(attempts=1)
)
for access in ({"api_key": "k"}, {"vertexai": True, "project": "p", "location": "global", "credentials": Credentials("t")}):
    client = genai.Client(http_options=http, **access)
    try:
        client.models.generate_content(model="gemini-3.8-flash-tts", contents="x", config=config)
    except genai.errors.APIError:
        pass
names = [list(body["generationConfig"]["speechConfig"]) for body in bodies]
print(f"google-genai {genai.__version__}: with an API key {names[0]}, on Vertex AI {names[1]}")
if names != [["voice_config"], ["voiceConfig"]]:
    sys.exit("this has changed: expected ['voice_config'] and ['voiceConfig']")
PYTHON

"""An emulated cloud whose providers take no time: images of a stub that is paid, and renders of one word."""

import base64
import io
import json
import socketserver
import sys
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

from functions.dev.emulated_cloud.cloud import EmulatedCloud
from functions.dev.emulated_cloud.emulators import set_environment
from sutradhar import bootstrap
from sutradhar.config import Settings
from sutradhar.domain.jobs.messages import RenderFinished
from sutradhar.domain.video.render_request import RenderRequest
from sutradhar.pipeline.services import Services
from tests.fakes import write_summary
from tests.providers.openai_stub import answer as answer_openai
from tests.providers.openai_stub import tokens
from tests.providers.server import KEY, Answer, ProviderStub, RecordedCall

_CLIENT = (sys.executable, "-S", "-E", str(Path(__file__).with_name("render_client.py")))


class InstantCloud:
    """The functions, the store as this process sees it, and the provider of images."""

    def __init__(self, cloud: EmulatedCloud, stub: ProviderStub, services: Services) -> None:
        self.cloud, self.services, self._stub = cloud, services, stub

    def call(self, rule: str, body: Any = None) -> Any:
        """Call the API, and return the body of the answer."""
        method, _, path = rule.partition(" ")
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.cloud.url}{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.loads(answer.read())

    def list_drawn(self) -> list[str]:
        """Return the prompt of every image that was paid for."""
        return [call.body["prompt"] for call in self._stub.list_billed("openai") if call.path.endswith("generations")]


@contextmanager
def open_instant_cloud(folder: Path, settings: Mapping[str, str]) -> Iterator[InstantCloud]:
    """Yield a cloud with instant providers. Its caller skips the test if the emulators are missing."""
    channel = folder / "renders"
    with ProviderStub({"openai": _draw}) as stub:
        every = {
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": f"{stub.url('openai')}/v1",
            "RATE_LIMIT_PER_MIN": "0",
            "MAX_ACTIVE_JOBS": "0",
            "WEBHOOK_LOOPBACK": "1",
            "LOG_LEVEL": "warning",
            "RENDER_SOCKET": str(channel),
            **settings,
        }
        with (
            EmulatedCloud(folder, renderer=_CLIENT, backoff_sec=0.2, sweep_sec=20, settings=every) as cloud,
            set_environment(cloud.env),
        ):
            parsed = Settings.from_env(cloud.env)
            backend = bootstrap.gcp_backend(parsed)
            services = bootstrap.services_on(backend, parsed)
            with _serve_renders(channel, services):
                yield InstantCloud(cloud, stub, services)
            backend.close()


@contextmanager
def _serve_renders(channel: Path, services: Services) -> Iterator[None]:
    """Finish each render at once, in a thread of this process."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            blob = self.rfile.read().decode()
            request = RenderRequest.from_record(services.blobs.get(blob))
            summary = write_summary(services.blobs, blob)
            services.send([RenderFinished(job_id=request.job_id, render_id=request.render_id, summary_blob=summary)])
            self.wfile.write(b"ok")

    with socketserver.ThreadingUnixStreamServer(str(channel), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), name="renders", daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()


def _draw(request: RecordedCall) -> Answer:
    if not request.path.endswith("/images/generations"):
        return answer_openai(request)
    asked = request.body
    used = {
        "input_tokens": 10,
        "output_tokens": tokens(asked["model"], asked["size"]),
        "total_tokens": 0,
        "input_tokens_details": {"image_tokens": 0, "text_tokens": 10},
    }
    image = _encode_image(asked["size"])
    return Answer.json({"created": 1, "data": [{"b64_json": image}], "size": asked["size"], "usage": used})


@cache
def _encode_image(size: str) -> str:
    width, height = map(int, size.split("x"))
    out = io.BytesIO()
    Image.new("RGB", (width, height), (90, 90, 160)).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()

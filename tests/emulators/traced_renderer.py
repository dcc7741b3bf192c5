"""The renderer's task as Cloud Run runs it, but its video takes no time: it is one word."""

import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from gpu_renderer import __main__ as renderer
from sutradhar.domain.video.render_request import RenderRequest, RenderSummary, request_blob
from sutradhar.ports.stores import BlobStore
from tests.fakes import write_summary


def render(request: RenderRequest, blobs: BlobStore, *_others: Any) -> RenderSummary:
    return RenderSummary.from_record(blobs.get(write_summary(blobs, request_blob(request.prefix))))


if __name__ == "__main__":
    with patch.object(renderer, "render", render):
        sys.exit(renderer.main())

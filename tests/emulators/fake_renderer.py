"""A renderer that takes no time: its video is one word, its summary has no failed check.

It runs as Cloud Run runs the real one.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sutradhar import bootstrap
from sutradhar.domain.jobs.messages import RenderFinished
from sutradhar.domain.video.render_request import RenderRequest
from tests.fakes import write_summary

if __name__ == "__main__":
    backend, blob = bootstrap.backend(), os.environ["RENDER_REQUEST"]
    request = RenderRequest.from_record(backend.blobs.get(blob))
    summary = write_summary(backend.blobs, blob)
    backend.bus.publish(RenderFinished(job_id=request.job_id, render_id=request.render_id, summary_blob=summary))
    backend.close()

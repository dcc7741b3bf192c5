"""Show how the video of a job was made."""

from functions.api.auth import require_access
from functions.api.endpoint import endpoint
from functions.api.links import make_url
from sutradhar import bootstrap
from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.jobs.job_status import name_state
from sutradhar.pipeline.summary import JobSummary, read_summary


@endpoint(answers={200: JobSummary}, errors=(409,))
def show_summary(job_id: str) -> JobSummary:
    """Tell how the video of an ended job was made: encoder, times, reused parts, loudness, fallbacks and cost.

    A job that failed before it was rendered has its error and its cost.
    """
    job = require_access(bootstrap.backend().jobs.get(job_id))
    if not job.state.is_terminal:
        raise Conflict(
            f"the job has not ended yet: it is {name_state(job)}; see {make_url(f'/render/{job_id}/status')}"
        )
    return read_summary(bootstrap.backend(), job)

"""The Python client of the API: ``Sutradhar`` has a method for each call, and some that do a whole task.

::

    from sutradhar.client import Sutradhar

    with Sutradhar("http://127.0.0.1:8080") as api:
        job = api.make({"topic": "Prahlad", "length_sec": 30})
        api.download(job.job_id, "prahlad.mp4")
"""

from sutradhar.client.client import Sutradhar
from sutradhar.client.errors import ApiError, ClientError, JobFailed, Unreachable, WaitedTooLong, WrongField

__all__ = ["ApiError", "ClientError", "JobFailed", "Sutradhar", "Unreachable", "WaitedTooLong", "WrongField"]

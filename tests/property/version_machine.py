"""The machine of the pipeline's property (machine.py), with videos in several languages."""

from collections import defaultdict

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant

from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.submit import submit
from sutradhar.pipeline.versions import list_versions
from tests.property.machine import PipelineMachine

PLAN = RenderPlan.parse(
    {
        "languages": ["en", "hi", "de"],
        "scenes": [
            {
                "narration": "The tea is hot.",
                "image_prompt": "tea",
                "translations": {"hi": "चाय गरम है।", "de": "Der Tee ist heiß."},
            }
        ],
    }
)


class VersionMachine(PipelineMachine):
    """All versions of a job that is not cancelled come into being, and each ends once; a job that was cancelled leaves
    none at work."""

    def __init__(self) -> None:
        super().__init__()
        self.retries = defaultdict(list)

    @initialize(plans=st.just([]), ahead=st.integers(0, 20))
    def begin(self, plans: list[RenderPlan], ahead: int) -> None:
        process = self.processes[0]
        job, _ = submit(process.services, PLAN, "key")
        self.first = job.id
        self._add(job.id)
        for _ in range(ahead):
            if delivery := process.take():
                process.start(delivery)
                process.finish()

    @invariant()
    def versions_are_jobs(self) -> None:
        """Take each version that exists into the jobs that are retried, cancelled and looked at."""
        if self.jobs:
            for version in list_versions(self.processes[0].services, self._job(self.first)).values():
                self._add(version.id)

    def _add(self, job_id: str) -> None:
        if job_id not in self.jobs:
            self.jobs.append(job_id)

    def _drain(self) -> None:
        super()._drain()
        self.versions_are_jobs()
        first = self._job(self.first)
        assert first.is_settled
        versions = {one: self._job(one) for one in self.jobs if one != first.id}
        if first.state is JobState.CANCELLED:
            assert all(one.state.is_terminal for one in versions.values())
        elif JobState.RENDERING in first.entered_at:
            assert set(versions) == {note.job_id for note in first.versions.values()}
            assert len(versions) == 2
        shared = {slot: asset for slot, asset in first.assets.items() if slot.role != "narration"}
        for version in versions.values():
            assert not version.assets or shared.items() <= dict(version.assets).items()

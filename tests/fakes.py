"""Fakes for tests of the pipeline: providers that count their calls, a clock that the test sets, and a renderer that
the test ends. Stores, leases, blobs and queue are the real local backend."""

import io
import wave
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import product
from types import SimpleNamespace
from typing import Any, NoReturn, get_args

from sutradhar.domain.assets.asset import Word
from sutradhar.domain.assets.operation import Operation
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.core.errors import LeaseHeld, ProviderError
from sutradhar.domain.jobs.day_tallies import Counts
from sutradhar.domain.jobs.messages import DispatchRender
from sutradhar.domain.language.scripts import Script
from sutradhar.domain.language.tags import LANGUAGES, Language
from sutradhar.domain.plan.choices import Mood, Voice
from sutradhar.domain.plan.options import DEFAULT_VOICE, VoiceOptions
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import Scene
from sutradhar.domain.video.capacity import Machine
from sutradhar.domain.video.file_facts import FileFacts
from sutradhar.domain.video.quality_gate import VERSION, check
from sutradhar.domain.video.render_request import RenderRequest, RenderSummary, SegmentCounts, StoredFile
from sutradhar.domain.video.thumbnail_size import choose_thumbnail_size
from sutradhar.domain.video.timeline import Timeline
from sutradhar.ports.bus import MessageBus
from sutradhar.ports.clock import Clock
from sutradhar.ports.day_tallies import DayTallyStore
from sutradhar.ports.documents import DocumentStore
from sutradhar.ports.providers import (
    ImageFile,
    MusicTrackFile,
    PlanResult,
    SoundEffect,
    Speech,
    VideoFile,
    WordTiming,
)
from sutradhar.ports.records import KeyValueStore
from sutradhar.ports.runner import ExecutionReport, ExecutionState, JobLogs, RenderRunner
from sutradhar.ports.stores import AssetStore, BlobStore, JobStore, LeaseStore
from sutradhar.ports.tallies import TallyStore
from tests.track_facts import add_track_facts


class FakeClock:
    """A clock that shows the time ``at``."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class NoDays(DayTallyStore):
    """No counts of days: most tests read none."""

    def read(self, owner: str, first: date, last: date) -> Mapping[date, Counts]:
        return {}


@dataclass(frozen=True)
class PortSet:
    """A Backend of the ports that a test names."""

    jobs: JobStore
    assets: AssetStore
    leases: LeaseStore
    records: KeyValueStore
    documents: DocumentStore
    tallies: TallyStore
    blobs: BlobStore
    bus: MessageBus
    runner: RenderRunner
    clock: Clock
    day_tallies: DayTallyStore = field(default_factory=NoDays)

    def create_worker(self, *_arguments: object) -> NoReturn:
        raise AssertionError("the test takes each message itself")

    def end_executions(self) -> None:
        """Do nothing: the test ends its executions."""

    def close(self) -> None:
        """Do nothing: the test closes its stores."""


def do_nothing(_what: object) -> None:
    """A hook that does nothing."""


class FakeProviders:
    """A provider of every kind; ``calls`` counts the requests.

    Every call runs ``on_start``, then ``on_end`` or ``on_failure``. While there are ``errors``, a call raises the last
    one instead of answering.
    """

    provider_id = ProviderId("counting", "1")
    available = True

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.on_start: Callable[[str], None] = do_nothing
        self.on_end: Callable[[str], None] = do_nothing
        self.on_failure: Callable[[str], None] = do_nothing
        self.errors: list[ProviderError] = []

    @property
    def name(self) -> str:
        return str(self.provider_id)

    def plan(self, requested_plan: RenderPlan) -> PlanResult:
        self.calls["plan"] += 1
        if requested_plan.scenes:
            return PlanResult(requested_plan.evolve(title=requested_plan.title or "Given"), self.name)
        scenes = tuple(
            Scene(narration=f"Sentence {i} about {requested_plan.topic}.", image_prompt=f"picture {i}", duration_sec=2)
            for i in range(2)
        )
        return PlanResult(requested_plan.evolve(title=requested_plan.topic, scenes=scenes, language="en"), self.name)

    def draft_plan(self, requested_plan: RenderPlan) -> RenderPlan:
        raise AssertionError("nothing costs anything here")

    def usage(self, *_request: object) -> None:
        """Return None: nothing costs anything here."""

    @property
    def capabilities(self) -> Any:
        """Return what the interfaces of narrators and of image generators ask for together."""
        voices = frozenset(product(LANGUAGES, get_args(Voice)))
        return SimpleNamespace(
            voices=voices,
            expresses_emotion=False,
            has_own_voices=False,
            own_voices=(),
            last_for=frozenset(),
            reports_word_times=True,
            reference_images=False,
        )

    def supports_voice(self, language: Language, voice: Voice) -> bool:
        return True

    def provider_for(self, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> ProviderId:
        return self.provider_id

    def supports_emotion(self, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> bool:
        return False

    def list_narrators(self, language: Language) -> tuple[ProviderId, ...]:
        return (self.provider_id,)

    def find_word_timing(self, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> WordTiming:
        return "engine"

    def narrate(self, text: str, language: Language, voice: Voice, options: VoiceOptions = DEFAULT_VOICE) -> Speech:
        self._make(f"narration {text}")
        samples = 48_000
        parts = text.split()
        step = 1.0 / len(parts)
        words = tuple(Word(text=w, start=i * step, end=(i + 1) * step) for i, w in enumerate(parts))
        return Speech(wav=wav(samples, 1), samples=samples, words=words, alignment="speech", provider=self.name)

    def draw(
        self, prompt: str, style: str, width: int, height: int, seed: int, reference_images: Sequence[bytes] = ()
    ) -> ImageFile:
        self._make(f"image {prompt}")
        return ImageFile(data=prompt.encode(), media_type="image/png", width=width, height=height, provider=self.name)

    def find(self, prompt: str, width: int, height: int, seconds: float, seed: int) -> VideoFile:
        self._make(f"shot {prompt}")
        return VideoFile(data=prompt.encode(), width=width, height=height, provider=self.name)

    def start(
        self, prompt: str, style: str, width: int, height: int, seconds: float, seed: int, first_frame: bytes
    ) -> Operation:
        self._make(f"clip {prompt}")
        return Operation(provider="counting", model="1", name=prompt)

    def poll(self, operation: Operation) -> VideoFile:
        return VideoFile(data=operation.name.encode(), width=64, height=64, provider=self.name)

    def find_effect(self, text: str) -> SoundEffect:
        self._make(f"sound {text}")
        return SoundEffect(wav=wav(4800, 2), samples=4800, provider=self.name)

    def compose(self, mood: Mood, seed: int) -> MusicTrackFile:
        self._make(f"music {mood}")
        return MusicTrackFile(wav=wav(4800, 2), samples=4800, provider=self.name)

    def _make(self, what: str) -> None:
        self.on_start(what)
        self.calls[what] += 1
        if self.errors:
            self.on_failure(what)
            raise self.errors.pop()
        self.on_end(what)


class Renderers:
    """The executions of all processes of a test. An execution whose process died is LOST, as on a laptop."""

    def __init__(self) -> None:
        self.state: dict[str, ExecutionState] = {}
        self.request: dict[str, tuple[str, str, str]] = {}
        self.forgotten: set[str] = set()

    def running(self) -> list[str]:
        return [name for name, state in self.state.items() if state is ExecutionState.RUNNING]


class FakeRunner:
    """The runner of one process; ``owner`` dies with it."""

    machine: Machine | None = None

    def __init__(self, renderers: Renderers, owner: str) -> None:
        self._all, self._owner = renderers, owner
        self._closed = False

    def own(self) -> list[str]:
        """Return the names of the running executions of this process."""
        return [name for name in self._all.running() if name.endswith(self._owner)]

    def close(self, bus: MessageBus) -> None:
        """End the executions of this process and give their jobs back, as the local runner does at an orderly end."""
        self._closed = True
        for name in self.own():
            self._all.state[name] = ExecutionState.LOST
            bus.publish(DispatchRender(job_id=self._all.request[name][0]))

    def start(self, job_id: str, render_id: str, request_blob: str, tasks: int = 1) -> str:
        if self._closed:
            raise LeaseHeld("this process is ending; the next one starts the render")
        for name in self._all.running():
            if self._all.request[name][1] == render_id and name.endswith(self._owner):
                return name
        name = f"{render_id}.{len(self._all.state)}.{self._owner}"
        self._all.state[name] = ExecutionState.RUNNING
        self._all.request[name] = (job_id, render_id, request_blob)
        return name

    def report(self, execution: str) -> ExecutionReport:
        return ExecutionReport(self._all.state.get(execution, ExecutionState.LOST), "it said so")

    def list_missing_scripts(self) -> list[Script]:
        return []

    def cancel(self, execution: str) -> None:
        if self._all.state.get(execution) is ExecutionState.RUNNING:
            self._all.state[execution] = ExecutionState.SUCCEEDED

    def forget(self, job_id: str) -> None:
        for name in [name for name, (of_job, _, _) in self._all.request.items() if of_job == job_id]:
            self._all.forgotten.add(name)

    def list_logs(self) -> Sequence[JobLogs]:
        return []


def wav(samples: int, channels: int) -> bytes:
    """Return a WAV file of silence, 16-bit PCM at 48 kHz."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(bytes(2 * samples * channels))
    return out.getvalue()


def good_facts(timeline: Timeline) -> FileFacts:
    """Return the measurements of a flawless file of ``timeline``."""
    facts = FileFacts(
        container="mp4",
        video_codec="h264",
        video_tag="avc1",
        width=timeline.width,
        height=timeline.height,
        fps=timeline.fps,
        pixel_format="yuv420p",
        color_space="bt709",
        color_primaries="bt709",
        color_transfer="bt709",
        color_range="tv",
        frames=timeline.frames,
        duration_sec=timeline.duration_sec,
        moov_first=True,
        audio_codec="aac",
        sample_rate=48_000,
        channels=2,
        audio_sec=timeline.duration_sec,
        integrated_lufs=-14.0,
        true_peak_dbtp=-1.5,
        silences=(),
        narrations=(),
        black=(),
        frozen=(),
        decode_errors=(),
        thumbnail_width=choose_thumbnail_size(timeline.width, timeline.height)[0],
        thumbnail_height=choose_thumbnail_size(timeline.width, timeline.height)[1],
        thumbnail_bytes=100_000,
    )
    return add_track_facts(facts, timeline)


def write_summary(blobs: BlobStore, request_blob: str) -> str:
    """Store the files of a successful render, and return the name of its summary."""
    request = RenderRequest.from_record(blobs.get(request_blob))
    facts = good_facts(request.timeline)
    blobs.put(request.video_blob, b"video")
    blobs.put(request.thumbnail_blob, b"thumbnail")
    summary = RenderSummary(
        render_id=request.render_id,
        engine_version="test",
        frames=request.timeline.frames,
        video=StoredFile(blob=request.video_blob, sha256="0" * 64, size=5),
        thumbnail=StoredFile(blob=request.thumbnail_blob, sha256="0" * 64, size=9),
        duration_sec=request.timeline.duration_sec,
        encoder_asked="auto",
        encoder="libx264",
        encoder_reason="test",
        encoder_args=(),
        ffmpeg_version="test",
        segments=SegmentCounts(total=1, reused=0, encoded=1),
        render_timings={"sound": 3.0, "total": 9.0},
        facts=facts,
        check_results=check(facts, request.timeline),
        gate_version=VERSION,
    )
    blobs.put(request.summary_blob, summary.to_record().encode())
    return request.summary_blob

"""`calibrate` computes the costs of a frame from its measurements, and measures encoders and memory."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_renderer.calibration.graphics_card import compose_frames, measure_card, measure_encoder
from gpu_renderer.calibration.material import Material, draw_material
from gpu_renderer.calibration.memory import MemoryMonitor
from gpu_renderer.calibration.stages import Sample, StageCosts
from gpu_renderer.core import segments
from gpu_renderer.encode import encoders
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.render_settings import RendererSettings

SIZE = (256, 144)
costs = st.floats(0.001, 0.1)


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return draw_material(tmp_path_factory.mktemp("material"))


@given(frame_sec=costs, segment_sec=costs, prepare_sec=costs)
def test_the_starts_of_processes_count_by_the_segments_of_a_usual_video(
    frame_sec: float, segment_sec: float, prepare_sec: float
) -> None:
    material = Material({"a": Path("a.png"), "b": Path("b.png")})
    short, long, usual = (material.make_timeline(SIZE, frames) for frames in (2, 8, 180))

    def spend(frames: int) -> StageCosts:
        spent = 3 * segment_sec + frames * frame_sec
        seconds = dict.fromkeys(("compose_sec", "encode_sec", "check_sec"), spent)
        return StageCosts(frames=frames, segments=3, images=2, prepare_sec=2 * prepare_sec, **seconds)

    sample = Sample(short=spend(short.frames), long=spend(long.frames))
    shown = sample.compute_frame_costs(usual)
    whole_sec = usual.frames * frame_sec + len(segments.split(usual)) * segment_sec
    assert shown.encode_ms == pytest.approx(1000 * whole_sec / usual.frames)
    assert shown.check_ms == shown.encode_ms
    assert shown.compose_ms == pytest.approx(1000 * (whole_sec + 2 * prepare_sec) / usual.frames)


def test_the_images_are_the_same_on_every_machine(material: Material, tmp_path: Path) -> None:
    assert list(draw_material(tmp_path).images) == list(material.images)
    segment = segments.split(material.make_timeline(SIZE, 20))
    assert [len(one.clips) for one in segment] == [1, 2, 1]  # the transition is measured too


def test_an_encoder_is_measured_and_its_failure_is_told(material: Material) -> None:
    frames = compose_frames(material, SIZE)
    profile = encoders.build_profile("libx264", "PROXY", RendererSettings())
    assert measure_encoder(frames, profile, 20, 2) > 0
    broken = encoders.Profile("libx264", (("preset", "no-such-preset"),))
    with pytest.raises(RenderError, match="no-such-preset"):
        measure_encoder(frames, broken, 20, 2)


def test_a_machine_without_a_card_says_so(material: Material, tmp_path: Path) -> None:
    settings = RendererSettings(encoder="h264_nvenc")
    selection = encoders.select_encoder(settings, "FINAL", width=SIZE[0], height=SIZE[1], fps=30, workdir=tmp_path)
    if selection.profile.codec == "h264_nvenc":
        assert measure_card(material, settings, SIZE, 8) > 0
        return
    with pytest.raises(RenderError, match="h264_nvenc does not work here"):
        measure_card(material, settings, SIZE, 8)


def test_the_memory_of_the_tree_has_this_process_in_it() -> None:
    with MemoryMonitor(every_sec=0.01) as memory:
        while not memory.peak_mb:
            pass
    assert memory.peak_mb > 10

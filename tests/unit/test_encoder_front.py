"""Tests that the search of x264's settings keeps the settings that no other one beats."""

from hypothesis import given
from hypothesis import strategies as st

from gpu_renderer.encode.encoders import build_profile
from sutradhar.domain.video.render_settings import RendererSettings
from tests.bench.encoder_search.archives import list_archives
from tests.bench.encoder_search.front import Point, build_points, find_front
from tests.bench.encoder_search.settings import FINAL, LEAD, PROXY, list_finalists, list_settings

levels = st.integers(1, 4).map(float)
points = st.lists(
    st.builds(
        Point,
        setting=st.sampled_from(["FINAL a", "FINAL b", "PROXY c"]),
        encode_ms=levels,
        decode_ms=levels,
        mbit=levels,
        photo=levels,
        drawing=levels,
        worst=levels,
        worst_piece=st.just("grain"),
    ),
    min_size=1,
    max_size=12,
)


@given(points)
def test_each_setting_outside_the_front_is_beaten_by_one_of_it(measured: list[Point]) -> None:
    front = find_front(measured)
    for point in measured:
        beaten = any(better.mode == point.mode and point.is_beaten_by(better) for better in front)
        assert beaten == (point not in front)


def test_a_point_is_the_mean_of_stills_and_drawings_and_has_the_worst_second_of_all_kinds() -> None:
    cost = {"photo-a": {"encode": 8.0, "decode": 2.0}, "photo-b": {"encode": 12.0, "decode": 4.0}}
    cost |= {"drawing-a": {"encode": 20.0, "decode": 5.0}, "grain": {"encode": 99.0, "decode": 99.0}}
    quality = {
        "photo-a": {"mbit": 2.0, "vmaf": 96.0, "worst": 95.0},
        "photo-b": {"mbit": 4.0, "vmaf": 97.0, "worst": 96},
    }
    quality |= {
        "drawing-a": {"mbit": 9.0, "vmaf": 98.0, "worst": 97.5},
        "grain": {"mbit": 40.0, "vmaf": 94, "worst": 93},
    }
    (point,) = build_points({"FINAL x": cost, "FINAL y": cost}, {"FINAL x": quality})
    assert point == Point("FINAL x", 15.0, 4.0, 6.0, 96.5, 98.0, 93.0, "grain")


def test_every_setting_is_measured_once_and_reaches_the_encoder() -> None:
    settings = [*list_finalists(), *list_archives(), *list_settings()]
    assert len({str(setting) for setting in settings}) == len(settings)
    options = LEAD.change({"cabac": "0"}, crf=17.5).to_options()
    assert (options["preset"], options["crf"], options["threads"]) == ("superfast", "17.5", "1")
    assert options["x264-params"] == "mbtree=1:rc-lookahead=8:b-adapt=0:bframes=2:cabac=0"


def test_the_settings_that_the_plot_names_are_those_of_the_renderer() -> None:
    for setting in (FINAL, PROXY):
        assert setting.to_options() == build_profile("libx264", setting.mode, RendererSettings()).options(30)

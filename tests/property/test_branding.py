"""A plan keeps every field that its caller gave, whatever its brand says, and takes the rest."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sutradhar.domain.plan.brand import BrandFields
from sutradhar.domain.plan.branding import fill_plan, shows_logo
from sutradhar.domain.plan.plan import RenderPlan

UPLOADS = st.sampled_from(["up-0123456789abcdef", "up-fedcba9876543210"])
VOICES = st.sampled_from(["F", "M", "elevenlabs/abc"])
MOODS = st.sampled_from(["calm", "tender"])
STYLES = st.sampled_from(["plain", "highlight"])
CLIPS = st.builds(lambda upload: {"upload": upload}, UPLOADS)
WORDS = st.fixed_dictionaries(
    {"destination": st.sampled_from(["folder", "youtube"])},
    optional={"privacy": st.sampled_from(["public", "private"]), "tags": st.just(["tea"]), "title": st.just("Tea")},
)
BRANDS = st.fixed_dictionaries(
    {},
    optional={
        "voice": VOICES,
        "style": st.just("watercolor"),
        "music": MOODS,
        "caption_style": STYLES,
        "delivery": st.fixed_dictionaries({}, optional={"speed": st.just(0.9), "emotion": st.just("warm")}),
        "intro": CLIPS,
        "outro": CLIPS,
        "logo": CLIPS,
        "publish": WORDS.map(lambda words: [words]),
    },
)
PLANS = st.fixed_dictionaries(
    {"topic": st.just("Tea")},
    optional={
        "voice": VOICES,
        "style": st.just("paper cut"),
        "music": MOODS | st.just(False) | st.just({"volume_db": -20}),
        "render": st.fixed_dictionaries({}, optional={"caption_style": STYLES, "fps": st.just(24)}),
        "delivery": st.fixed_dictionaries({}, optional={"speed": st.just(1.1), "emotion": st.just("")}),
        "intro": CLIPS | st.none(),
        "outro": CLIPS | st.none(),
        "watermark": st.sampled_from([None, "Mine"]) | st.just({"position": "bl"}),
        "publish": WORDS,
        "enable_youtube_upload": st.booleans(),
    },
)


def list_values(body: Any, plan: Any, path: str = "") -> dict[str, tuple[Any, Any]]:
    """Return what the caller wrote and what the plan has, by path; ``body`` is the caller's JSON."""
    values: dict[str, tuple[Any, Any]] = {}
    for name, value in body.items():
        if isinstance(value, dict) and isinstance(plan.get(name), dict):
            values |= list_values(value, plan[name], f"{path}{name}.")
        else:
            values[f"{path}{name}"] = (value, plan[name])
    return values


@given(PLANS, BRANDS)
def test_a_plan_keeps_what_its_caller_gave(body: dict[str, Any], fields: dict[str, Any]) -> None:
    plan, brand = RenderPlan.parse(body), BrandFields.parse(fields)
    filled = fill_plan(plan, brand)
    before, after = (one.model_dump(mode="json") for one in (plan, filled))
    for path, (_, value) in list_values({k: v for k, v in body.items() if k != "publish"}, after).items():
        expected: Any = before
        for name in path.split("."):
            expected = expected[name]
        assert value == expected, path
    for name in ("voice", "style", "intro", "outro"):
        if name in fields and name not in body:
            assert after[name] == brand.model_dump(mode="json")[name]
    if plan.music.enabled and "mood" not in plan.music.model_fields_set and brand.music:
        assert filled.music.mood == brand.music
    for publication in filled.publications:
        own = next((one for one in plan.publications if one.destination == publication.destination), None)
        assert own, "a brand publishes nothing by itself"
        words = own.model_dump(exclude_unset=True)
        assert {name: getattr(publication, name) for name in words} == {name: getattr(own, name) for name in words}


@given(PLANS, BRANDS)
def test_what_a_brand_filled_is_not_changed_by_it_again(body: dict[str, Any], fields: dict[str, Any]) -> None:
    brand = BrandFields.parse(fields)
    filled = fill_plan(RenderPlan.parse(body), brand)
    assert fill_plan(filled, brand) == filled


@given(PLANS)
def test_a_brand_without_fields_changes_nothing(body: dict[str, Any]) -> None:
    plan = RenderPlan.parse(body)
    filled = fill_plan(plan, BrandFields())
    assert filled.model_dump() == {**plan.model_dump(), "publish": tuple(p.model_dump() for p in plan.publications)}


@given(PLANS)
def test_a_logo_stands_in_for_the_text_of_the_watermark(body: dict[str, Any]) -> None:
    plan = RenderPlan.parse(body)
    logo = BrandFields.parse({"logo": {"upload": "up-0123456789abcdef"}})
    assert shows_logo(plan) == (body.get("watermark") != "Mine")
    if "watermark" not in body:
        assert fill_plan(plan, logo).watermark is None

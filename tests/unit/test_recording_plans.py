"""The words of a recording become the narrations of scenes; a planner adds to them, and never changes them."""

from sutradhar.domain.assets.requests import FirstProviders, list_asset_requests, needs_voice
from sutradhar.domain.assets.slot import RECORDING
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.script_parts import divide_text, match_narrations
from sutradhar.pipeline.recording_plans import prepare_scenes
from sutradhar.providers.hosted.script import Script, ScriptScene
from sutradhar.providers.hosted.script_plan import write_plan
from sutradhar.providers.offline.storybook.planner import Storybook

TEXT = (
    "The river runs to the sea. It carries leaves and light. Boats follow it home. The evening is calm. Birds return."
)
UPLOAD = "up-0123456789abcdef"


def make_plan(text: str = TEXT, **fields: object) -> RenderPlan:
    return RenderPlan.model_validate({"narration_audio": {"upload": UPLOAD, "text": text}, **fields})


def prepare(plan: RenderPlan) -> RenderPlan:
    prepared = prepare_scenes(plan)
    assert prepared
    return prepared


def test_a_text_becomes_scenes_with_all_of_its_words() -> None:
    plan = prepare(make_plan())
    assert " ".join(scene.narration for scene in plan.scenes) == TEXT
    assert len(plan.scenes) >= 3


def test_the_text_is_shared_out_over_the_scenes_of_the_plan() -> None:
    images = [{"image_prompt": name} for name in ("a river", "leaves", "boats")]
    plan = prepare(make_plan(scenes=images))
    assert [scene.image_prompt for scene in plan.scenes] == ["a river", "leaves", "boats"]
    assert " ".join(scene.narration for scene in plan.scenes) == TEXT
    assert all(scene.narration.endswith(".") for scene in plan.scenes)


def test_the_text_follows_the_narrations_of_the_scenes_where_both_are_given() -> None:
    scenes = [
        {"image_prompt": "a river", "narration": "The river runs to the sea."},
        {"image_prompt": "boats", "narration": "It carries leaves. Boats follow. The evening is calm. Birds return."},
    ]
    plan = prepare(make_plan(scenes=scenes))
    assert plan.scenes[0].narration == "The river runs to the sea."
    assert plan.scenes[1].narration.startswith("It carries leaves and light.")


def test_more_scenes_than_words_leave_the_last_without_words() -> None:
    assert divide_text("One two. Three.", "en", 5) == ["One", "two.", "Three.", "", ""]


def test_words_that_differ_belong_to_the_narration_before_them() -> None:
    assert match_narrations(["a b c", "d e f"], ["a", "b", "c", "extra", "d", "e", "f"])[-1] == 7


def test_a_model_writes_images_and_translations_and_never_the_words() -> None:
    plan = prepare(make_plan())

    def ask(_text: str) -> Script:
        scenes = [
            ScriptScene(
                narration="Other words.",
                translation="नदी बहती है।",
                image_prompt=f"image {i}",
                characters=[],
                sounds=[],
                camera="hold",
            )
            for i in range(len(plan.scenes))
        ]
        return Script(title="River", description="", tags=[], mood="calm", style="", characters=[], scenes=scenes)

    written_plan = write_plan("x", plan, ask)
    assert [scene.narration for scene in written_plan.scenes] == [scene.narration for scene in plan.scenes]
    assert [scene.image_prompt for scene in written_plan.scenes] == [f"image {i}" for i in range(len(plan.scenes))]
    assert all(scene.translations["hi"] for scene in written_plan.scenes)
    own = plan.evolve(scenes=tuple(scene.evolve(image_prompt="mine") for scene in plan.scenes))
    assert {scene.image_prompt for scene in write_plan("x", own, ask).scenes} == {"mine"}


def test_no_voice_is_asked_for() -> None:
    plan = Storybook().write_plan(prepare(make_plan()))
    assert not needs_voice(plan)
    free = ProviderId("x", "1")
    slots = [request.slot for request in list_asset_requests(plan, FirstProviders(free, free, free))]
    assert slots.count(RECORDING) == 1
    assert all(slot.role != "narration" for slot in slots)

"""An intro and an outro are checked, counted, shown and noted like the user's other files, and are no scenes."""

from typing import Any

import pytest
from PIL import Image

from sutradhar import bootstrap
from sutradhar.domain.assets.slot import INTRO, OUTRO
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.plan.brand import BrandLook, LookFile, LookLogo
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.upload import find_uploads
from sutradhar.domain.video.frame_choice import FrameChoice
from sutradhar.pipeline.estimate import find_kept_slots
from sutradhar.pipeline.frames import lay_out_frame
from sutradhar.pipeline.own_media import estimate_length, estimate_scenes, find_notices
from sutradhar.pipeline.plan import list_required_assets
from sutradhar.pipeline.uploads import import_file
from tests.functions.test_own_media import Files, files, find_refusals, media

__all__ = ["files", "media"]

HILL = {"image_prompt": "a hill", "duration_sec": 2}


@pytest.mark.parametrize(
    ("intro", "path", "says"),
    [
        ({"upload": "talk.mp4", "start_sec": 5}, "intro.start_sec", "talk.mp4 ends at 4.0 s; start sooner"),
        ({"upload": "talk.mp4", "end_sec": 6}, "intro.end_sec", "talk.mp4 ends at 4.0 s; leave end_sec out"),
        ({"upload": "talk.mp4", "when_short": "loop"}, "intro.when_short", "leave it out"),
        ("long.mp4", "intro", "is 25.0 s long; at most 20 s"),
        ("tall.png", "intro.upload", "must be a video; tall.png is an image"),
        ("song.mp3", "intro.upload", "must be a video; song.mp3 is an audio file"),
        ({"upload": "talk.mp4", "start_sec": 1, "end_sec": 2}, "", ""),
    ],
)
def test_a_wrong_intro_is_named(files: Files, intro: Any, path: str, says: str) -> None:
    refusals = find_refusals(files.plan(HILL, intro=intro))
    assert list(refusals) == ([path] if path else [])
    assert says in "".join(refusals.values())


def test_an_unknown_field_of_an_intro_is_named_with_those_that_exist() -> None:
    with pytest.raises(InvalidRequest, match="start_sec"):
        RenderPlan.parse({"scenes": [HILL], "intro": {"upload": "up-0123456789abcdef", "start_secs": 1}})


def test_both_count_in_the_length_of_the_video_and_not_in_its_scenes(files: Files) -> None:
    plan = files.plan(HILL, intro="talk.mp4", outro={"upload": "talk.mp4", "start_sec": 1, "end_sec": 2})
    services = bootstrap.services()
    assert estimate_length(services, plan) == pytest.approx(7, abs=0.1)
    assert estimate_scenes(services, plan) == [2]
    assert [use.path for use in find_uploads(plan)] == ["intro.upload", "outro.upload"]
    assert [request.slot for request in list_required_assets(services, plan)][:2] == [INTRO, OUTRO]
    assert find_kept_slots(services, plan) == []


def test_a_notice_names_them(files: Files) -> None:
    plan = files.plan(HILL, intro="talk.mp4", outro={"upload": "long.mp4", "fit": "fit", "sound": "keep"})
    cropped, silent = find_notices(bootstrap.services(), plan)
    assert cropped.startswith("the intro (talk.mp4, 68%): more than half")
    assert silent.startswith("the outro (long.mp4): the clip has no sound")


def test_a_logo_keeps_its_transparency_and_no_notice_says_otherwise(files: Files) -> None:
    path = files.folder / "mark.png"
    image = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    image.paste((255, 255, 255, 255), (50, 50, 250, 250))
    image.save(path)
    upload = import_file(bootstrap.services(), path)
    path.unlink()
    as_image = files.plan({"image": upload.id, "duration_sec": 2})
    assert any("transparent" in notice for notice in find_notices(bootstrap.services(), as_image))
    file = LookFile(blob=upload.blob, sha256=upload.sha256 or "", upload=upload.id)
    look = BrandLook(logo=LookLogo(file=file, position="tr", opacity=1, width=0.1))
    assert find_notices(bootstrap.services(), files.plan(HILL).evolve(brand_look=look)) == []


def test_a_preview_shows_them_before_anything_is_made(files: Files) -> None:
    plan = files.plan({**HILL, "title": "Hill"}, HILL, intro="talk.mp4", outro="talk.mp4")
    services = bootstrap.services()

    def show(**choice: Any) -> Any:
        return lay_out_frame(services, None, plan, FrameChoice(**choice))

    intro, scene, outro = show(at=1.0), show(scene=1), show(at=11.0)
    assert [one.scene for one in (intro, scene, outro)] == [-1, 1, -2]
    assert [str(slot) for slot in scene.missing] == ["scene-00-image", "scene-01-image"]
    assert intro.timeline.clips[0].media.blob == f"uploads/{files.ids['talk.mp4']}"
    assert intro.times.end_sec == pytest.approx(4, abs=0.1)
    assert scene.times.start_sec == pytest.approx(4 + 2 - 0.5, abs=0.1)
    with pytest.raises(InvalidRequest, match="must be below 2"):
        show(scene=2)

"""The upload check and the renderer use one reader of images, and no other code of the product opens images."""

import ast
import contextlib
import hashlib
import io
import random
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from gpu_renderer.image.still import load_image
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.media.animation import write_clip
from sutradhar.media.colour import build_rgb_profile
from sutradhar.media.develop import choose_backdrop
from sutradhar.media.image import probe_image, read_image
from sutradhar.pipeline.own_media import check_own_media, find_notices
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.uploads import import_file
from sutradhar.providers.media.upload_reader import MediaFiles
from tests.media.corpus.images import quarters, words, write_pages
from tests.media.corpus.registry import Entry, Taken, load_entries

ROOT = Path(__file__).resolve().parents[2]
STILLS = [one for one in load_entries() if isinstance(one.expected, Taken) and one.expected.kind == "image"]
SMALL = [one for one in STILLS if not one.is_large]
OURS = {f"tests.media.corpus.{name}" for name in ("images", "colours", "animations", "documents")}
FILES = [one for one in load_entries() if one.write.__module__ in OURS and not one.is_large and one.name != "empty.png"]


@pytest.mark.parametrize("one", SMALL, ids=[one.name for one in SMALL])
def test_the_upload_check_and_the_renderer_see_the_same_pixels(one: Entry, tmp_path: Path) -> None:
    path = tmp_path / one.name
    one.write(path)
    with path.open("rb") as file:
        facts = MediaFiles().probe(file)
    rendered = np.asarray(load_image(path, hashlib.sha256(path.read_bytes()).hexdigest(), 0), float)
    with Image.open(io.BytesIO(MediaFiles().image(path, 4096).data)) as opened:
        kept = np.asarray(opened, float)
    assert rendered.shape == kept.shape == (facts.height, facts.width, 3)
    assert np.abs(rendered - kept).mean() < 2


def test_every_place_that_opens_an_image_says_which_formats_it_may_be() -> None:
    calls = 0
    for folder in ("shared", "gpu_renderer", "functions"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in {"Image.open", "PIL.Image.open"}:
                    calls += 1
                    assert any(keyword.arg == "formats" for keyword in node.keywords), f"{path}:{node.lineno}"
    assert calls


def test_no_document_starts_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    monkeypatch.setattr(subprocess, "Popen", lambda *args, **kwargs: started.append(args))
    for form in ("EPS", "PDF"):
        quarters(200, 200).save(tmp_path / f"page.{form.lower()}", form)
        with (tmp_path / f"page.{form.lower()}").open("rb") as file, pytest.raises(InvalidRequest, match=form):
            MediaFiles().probe(file)
    assert not started


def test_a_notice_names_parts_of_images_that_are_not_shown(tmp_path: Path, services: Services) -> None:
    write_pages(tmp_path / "contract.tif")
    words((255, 255, 255, 255)).save(tmp_path / "logo.png")
    scenes = [
        {"image": {"upload": import_file(services, tmp_path / name).id}, "duration_sec": 2}
        for name in ("contract.tif", "logo.png")
    ]
    plan = RenderPlan.parse({"title": "T", "language": "en", "scenes": scenes})
    notices = "\n".join(find_notices(services, plan))
    assert "contract.tif shows only the first of its 3 pages" in notices
    assert "logo.png shows its transparent parts in dark grey" in notices


@pytest.mark.parametrize(("form", "size"), [("PNG", (7001, 2003)), ("JPEG", (5001, 4003)), ("JPEG", (6007, 3))])
def test_an_image_that_is_reduced_in_bands_has_no_seams(size: tuple[int, int], form: str) -> None:
    """The oracle is Pillow's Lanczos of the whole image at once."""
    small = Image.effect_noise((size[0] // 50, max(size[1] // 50, 1)), 80).convert("RGB")
    whole = small.resize(size, Image.Resampling.BICUBIC)
    file = io.BytesIO()
    whole.save(file, form, **({"quality": 97} if form == "JPEG" else {"compress_level": 1} if form == "PNG" else {}))
    shown, facts = read_image(file, 1024)
    ideal = np.asarray(whole.resize(shown.size, Image.Resampling.LANCZOS), float)
    assert facts.size == size
    assert np.abs(np.asarray(shown, float) - ideal).max() <= (12 if form == "JPEG" else 2)


@pytest.mark.parametrize(
    ("ink", "level"),
    [((0, 0, 0), 255), ((200, 30, 30), 255), ((255, 255, 255), 32), ((255, 250, 200), 32), ((230, 230, 230), 32)],
)
def test_the_backdrop_of_transparent_parts_keeps_the_image_visible(ink: tuple[int, int, int], level: int) -> None:
    image = words((*ink, 255))
    assert choose_backdrop(np.asarray(image.convert("RGB")), np.asarray(image.getchannel("A"))) == level


def test_a_red_sign_beside_white_letters_does_not_hide_them() -> None:
    image = words((255, 255, 255, 255))
    image.paste((200, 30, 30, 255), (40, 60, 120, 300))
    assert choose_backdrop(np.asarray(image.convert("RGB")), np.asarray(image.getchannel("A"))) == 32


def test_faint_shadows_and_clear_images_stay_on_white() -> None:
    shadow = np.full((100, 100), 60, np.uint8)
    assert choose_backdrop(np.zeros((100, 100, 3), np.uint8), shadow) == 255
    assert choose_backdrop(np.zeros((100, 100, 3), np.uint8), shadow * 0) == 255


def test_a_built_profile_matches_its_colour_space() -> None:
    """LittleCMS's own sRGB is the oracle: with its primaries and its curve, colours stay as they are."""
    curve = np.linspace(0, 1, 1024)
    light = np.where(curve <= 0.04045, curve / 12.92, ((curve + 0.055) / 1.055) ** 2.4)
    profile = ImageCms.ImageCmsProfile(
        io.BytesIO(build_rgb_profile(((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)), tuple(light)))
    )
    colours = Image.effect_noise((64, 64), 90).convert("RGB")
    shown = ImageCms.profileToProfile(colours, profile, ImageCms.createProfile("sRGB"))
    assert np.abs(np.asarray(shown, int) - np.asarray(colours, int)).max() <= 2


def test_the_same_animation_gives_the_same_clip(tmp_path: Path) -> None:
    frames = [quarters(120, 90).rotate(90 * n) for n in range(4)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=100)
    for name in ("1.mp4", "2.mp4"):
        with (tmp_path / "a.gif").open("rb") as file:
            write_clip(file, "GIF", tmp_path / name)
    assert (tmp_path / "1.mp4").read_bytes() == (tmp_path / "2.mp4").read_bytes()


def test_a_damaged_exif_block_does_not_stop_a_photo() -> None:
    file = io.BytesIO()
    quarters(320, 240).save(file, "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\xff" * 60)
    assert probe_image(file).size == (320, 240)


@pytest.mark.parametrize("name", sorted({one.name.rpartition(".")[2].lower(): one.name for one in FILES}.values()))
def test_damaged_files_are_taken_or_refused_and_nothing_else(name: str, tmp_path: Path) -> None:
    """One file of each ending, cut off and changed at random places, with a seed of its own."""
    next(one for one in FILES if one.name == name).write(tmp_path / name)
    whole, chance = (tmp_path / name).read_bytes(), random.Random(name)
    for _ in range(25):
        damaged = bytearray(whole[: chance.choice([len(whole), chance.randrange(len(whole))])] or b"?")
        for _ in range(chance.choice([1, 3, 30])):
            damaged[chance.randrange(min(len(damaged), chance.choice([400, len(whole)])))] = chance.randrange(256)
        with contextlib.suppress(InvalidRequest):
            assert MediaFiles().probe(io.BytesIO(damaged)).kind


def test_an_animation_named_as_an_image_gets_the_advice_to_name_it_as_a_clip(
    tmp_path: Path, services: Services
) -> None:
    frames = [quarters(120, 90), quarters(120, 90).rotate(180)]
    frames[0].save(tmp_path / "party.gif", save_all=True, append_images=frames[1:], duration=300)
    scenes = [{"image": {"upload": import_file(services, tmp_path / "party.gif").id}, "duration_sec": 2}]
    plan = RenderPlan.parse({"title": "T", "language": "en", "scenes": scenes})
    with pytest.raises(InvalidRequest, match=r"party\.gif is a video; name it as clip instead"):
        check_own_media(services, plan, services.limits)

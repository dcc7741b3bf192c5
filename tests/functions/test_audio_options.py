"""The command line takes songs, lyrics, clips and recorded voices as files."""

from pathlib import Path

import numpy as np
import pytest
import typer
from PIL import Image

from functions.cli.options import PlanOptions, name_given_options
from functions.cli.own_audio import build_clip_scenes, find_recording
from functions.cli.plan_input import load_plan
from sutradhar import bootstrap
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.plan.limits import TERMINAL_LIMITS
from sutradhar.pipeline.own_media import check_own_media
from sutradhar.pipeline.recording_plans import find_unknown_words
from sutradhar.providers.media.wav import to_wav

LRC = "[00:01.00]Morning light\n[00:03.00]On the water\n"


@pytest.fixture
def folder(home: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    tone = 0.3 * np.sin(2 * np.pi * 220 * np.arange(6 * 48_000) / 48_000)
    for name in ("song.wav", "me.wav"):
        (tmp_path / name).write_bytes(to_wav(np.round(tone * 32767).astype("<i2")))
    (tmp_path / "song.lrc").write_text(LRC)
    (tmp_path / "text.txt").write_text("The river runs to the sea. The sea is wide.")
    images = tmp_path / "images"
    images.mkdir()
    for name in ("10.png", "2.png"):
        Image.new("RGB", (320, 180), "#8ace00").save(images / name)
    (images / "notes.txt").write_text("not an image")
    (images / ".hidden").write_text("")
    return tmp_path


def test_a_song_needs_no_topic(folder: Path) -> None:
    plan = load_plan(
        PlanOptions(song="song.wav", lyrics="song.lrc", look="brat", best=True, length=15, clips=["images"])
    )
    assert plan.song
    assert (plan.song.lyrics, plan.song.look, plan.song.best, plan.length_sec) == (LRC, "brat", True, 15)
    assert [bool(scene.image) for scene in plan.scenes] == [True, True]


def test_the_files_of_a_folder_are_in_natural_order_and_others_are_named(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from functions.cli.own_files import import_named_file

    ids = [import_named_file(str(folder / "images" / name), Path()).id for name in ("2.png", "10.png")]
    scenes = build_clip_scenes(["images"])
    assert [scene["image"]["upload"] for scene in scenes] == ids
    assert "notes.txt is left out" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["images/notes.txt"], "notes.txt"),
        (["nowhere"], "no such file"),
        (["me.wav"], "has only sound"),
    ],
)
def test_a_clip_that_cannot_be_used_is_refused(folder: Path, names: list[str], says: str) -> None:
    with pytest.raises(InvalidRequest, match=says):
        build_clip_scenes(names)


@pytest.mark.parametrize("voice", ["F", "male", "elevenlabs/abc", None])
def test_the_name_of_a_voice_is_no_recording(folder: Path, voice: str | None) -> None:
    assert find_recording(voice) is None


def test_a_recording_is_a_voice_with_its_text(folder: Path) -> None:
    plan = load_plan(PlanOptions(voice="me.wav", script_file="text.txt"))
    assert plan.narration_audio
    assert plan.narration_audio.text.startswith("The river")
    assert plan.voice == "F"
    assert not plan.scenes


def test_a_recording_that_is_not_there_is_told(folder: Path) -> None:
    with pytest.raises(InvalidRequest, match=r"--voice.*no such file"):
        load_plan(PlanOptions(voice="you.m4a", script_file="text.txt"))


def test_a_plan_names_its_sounds_by_path(folder: Path) -> None:
    (folder / "plan.json").write_text('{"song": {"upload": "song.wav", "lyrics": "song.lrc"}}')
    plan = load_plan(PlanOptions(plan_file="plan.json", look="karaoke"))
    assert plan.song
    assert (plan.song.lyrics, plan.song.look) == (LRC, "karaoke")
    (folder / "plan.json").write_text('{"scenes": [{"image_prompt": "a river", "narration_audio": "me.wav"}]}')
    (scene,) = load_plan(PlanOptions(plan_file="plan.json")).scenes
    assert scene.narration_audio


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (PlanOptions(lyrics="song.lrc", voice="me.wav", topic=["tea"]), "--song"),
        (PlanOptions(clips=["images"], topic=["tea"]), "--voice FILE"),
        (PlanOptions(song="song.wav", script_file="text.txt"), "--lyrics"),
        (PlanOptions(song="song.wav", voice="me.wav"), "not both"),
        (PlanOptions(song="tune.mp3"), "no such file"),
        (PlanOptions(song="song.wav", lyrics="words.lrc"), "no such file"),
        (PlanOptions(song="song.wav", look="loud"), "--look"),
        (PlanOptions(), "--song"),
    ],
)
def test_options_that_do_not_go_together_are_refused(folder: Path, options: PlanOptions, says: str) -> None:
    with pytest.raises((InvalidRequest, typer.BadParameter)) as refusal:
        load_plan(options)
    assert says in f"{refusal.value} {getattr(refusal.value, 'param_hint', '')}"


def test_an_image_is_no_song(folder: Path) -> None:
    options = PlanOptions(song="images/2.png")
    plan = load_plan(options)
    with pytest.raises(InvalidRequest, match="--song: must be an audio file"), name_given_options(options.overrides):
        check_own_media(bootstrap.services(), plan, TERMINAL_LIMITS)


def test_a_recording_without_words_or_images_is_refused(folder: Path) -> None:
    plan = load_plan(PlanOptions(voice="me.wav"))
    (error,) = find_unknown_words(bootstrap.services(), plan)
    assert error.path == "narration_audio.text"
    assert "WHISPER_MODEL" in error.message

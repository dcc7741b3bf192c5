"""Define the options that `make` and `plan` share."""

import inspect
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from sutradhar.config import set_variable
from sutradhar.domain.core.errors import FieldError, InvalidRequest


def read_whole(text: str) -> int:
    """Return the whole number in ``text``. Raise typer.BadParameter."""
    try:
        return int(text)
    except ValueError as exc:
        raise typer.BadParameter(f"must be a whole number (got {text!r})") from exc


def read_amount(text: str) -> float:
    """Return the number in ``text``. Raise typer.BadParameter."""
    try:
        amount = float(text)
    except ValueError:
        amount = math.nan
    if not math.isfinite(amount):
        raise typer.BadParameter(f"must be a number (got {text!r})")
    return amount


Topic = Annotated[list[str] | None, typer.Argument(help="What the video is about, in any of the languages.")]
PlanFile = Annotated[
    str | None, typer.Option("--plan", metavar="FILE", help="A RenderPlan as JSON; - reads it from standard input.")
]
ScriptFile = Annotated[
    str | None,
    typer.Option("--script", metavar="FILE", help="Your own text, spoken as it is; - reads standard input."),
]
Language = Annotated[
    str | None, typer.Option(help="The narration's language, such as hi or ta. Default: the topic's language.")
]
Languages = Annotated[
    str | None,
    typer.Option(
        "--languages",
        metavar="CODES",
        help="The languages to make the video in, such as hi,en,ta: one video for each, in a folder of its own.",
    ),
]
Tracks = Annotated[
    bool | None,
    typer.Option("--tracks", help="Make one video with an audio track for each of the --languages."),
]
Length = Annotated[
    int | None, typer.Option(parser=read_whole, metavar="SECONDS", help="Seconds of video to aim for. Default: 60.")
]
Voice = Annotated[
    str | None,
    typer.Option(help="F, M, a provider's voice such as elevenlabs/ID, or the file of your own recording. Default: F."),
]
SongFile = Annotated[
    str | None,
    typer.Option("--song", metavar="FILE", help="Make a lyric video of your own song, which needs no topic."),
]
LyricsFile = Annotated[
    str | None,
    typer.Option(
        "--lyrics", metavar="FILE", help="The words of the song: plain text, LRC or SRT; - reads standard input."
    ),
]
Clips = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FOLDER", help="Images and clips to show with --song or your own voice; also a file. Repeat it."
    ),
]
Look = Annotated[
    str | None, typer.Option(help="The look of the lyrics: clean, bold, handwritten, karaoke or brat. Default: clean.")
]
Best = Annotated[
    bool | None, typer.Option("--best", help="Play the best part of the song, about as long as --length says.")
]
Brand = Annotated[
    str | None, typer.Option("--brand", metavar="NAME", help="Take from this brand what is not given. See `brands`.")
]
Label = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT", help='Show a label in a corner: on for "Made with AI", or your own words. Default: none.'
    ),
]
Aspect = Annotated[str | None, typer.Option(help="16:9, 9:16 or 1:1. Default: 16:9.")]
Style = Annotated[str | None, typer.Option(help="The look of the images: watercolor, cinematic, paper cut ...")]
Seed = Annotated[
    int | None,
    typer.Option(parser=read_whole, metavar="NUMBER", help="Change it to get other images and words. Default: 0."),
]
Resolution = Annotated[str | None, typer.Option(help="720p, 1080p or 4k. Default: 1080p.")]
Providers = Annotated[
    str | None,
    typer.Option(help="The paid providers to use, in this order, such as openai,elevenlabs. Default: all with a key."),
]
Mode = Annotated[str | None, typer.Option(help="FINAL, or PROXY for a quick look in 720p. Default: FINAL.")]
Publish = Annotated[
    list[str] | None,
    typer.Option(
        metavar="DESTINATION", help="Publish the finished video: to folder, youtube ... Once for each destination."
    ),
]
PublishAt = Annotated[
    str | None,
    typer.Option(
        metavar="TIME", help='The time of that, such as "2026-12-24 18:30". Default: as soon as it is finished.'
    ),
]
Out = Annotated[Path, typer.Option(metavar="FOLDER", help="The folder that gets the files.")]


@dataclass(frozen=True)
class PlanOptions:
    """The part of a command line that asks for a video; None: the option is not given."""

    topic: Topic = None
    plan_file: PlanFile = None
    script_file: ScriptFile = None
    language: Language = None
    languages: Languages = None
    tracks: Tracks = None
    length: Length = None
    voice: Voice = None
    song: SongFile = None
    lyrics: LyricsFile = None
    clips: Clips = None
    look: Look = None
    best: Best = None
    brand: Brand = None
    label: Label = None
    aspect: Aspect = None
    style: Style = None
    seed: Seed = None
    resolution: Resolution = None
    mode: Mode = None
    providers: Providers = None
    publish: Publish = None
    publish_at: PublishAt = None

    @property
    def overrides(self) -> Mapping[str, Any]:
        """The options that take the place of the plan's own fields, by name."""
        return {
            **{option: getattr(self, option) for option in _FIELDS if option not in ("recording", "tracks")},
            "tracks": "tracks" if self.tracks else None,
            "publish": self._list_publications(),
        }

    def _list_publications(self) -> list[dict[str, str]] | None:
        """Return what the plan is to publish. Raise typer.BadParameter."""
        if not self.publish:
            if self.publish_at is not None:
                raise typer.BadParameter("give --publish too, such as --publish folder", param_hint="--publish-at")
            return None
        at = {} if self.publish_at is None else {"iso_datetime": self.publish_at}
        return [{"destination": name, **at} for name in self.publish]


def take_plan_options(command: Callable[..., None]) -> Callable[..., None]:
    """Let ``command`` take the options of a plan on the command line, and get them as PlanOptions, its first argument.

    Typer reads a command's options from its signature, so the returned function has all of them there.
    """
    names = [field.name for field in fields(PlanOptions)]
    shared = [
        inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=field.type)
        for field in fields(PlanOptions)
    ]
    own = [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for parameter in list(inspect.signature(command).parameters.values())[1:]
    ]

    @wraps(command)
    def run(**values: Any) -> None:
        command(PlanOptions(**{name: values.pop(name) for name in names}), **values)

    parameters = [*shared[:3], *own, *shared[3:]]  # the order in the command's help
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # inspect looks there
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


_FIELDS: Mapping[str, tuple[str, ...]] = {
    "language": ("language",),
    "languages": ("languages",),
    "tracks": ("language_output",),
    "length": ("length_sec",),
    "voice": ("voice",),
    "brand": ("brand",),
    "label": ("label",),
    "aspect": ("aspect",),
    "style": ("style",),
    "seed": ("seed",),
    "resolution": ("render", "resolution"),
    "mode": ("render", "mode"),
    "publish": ("publish",),
    "song": ("song", "upload"),
    "lyrics": ("song", "lyrics"),
    "look": ("song", "look"),
    "best": ("song", "best"),
    "recording": ("narration_audio", "upload"),
    "clips": ("scenes",),
}
_SHOWN_NAMES = {"recording": "voice"}


def apply_options(body: Any, options: Mapping[str, Any]) -> Any:
    """Return ``body`` (a plan as JSON) with each given option in place of the plan's own field."""
    if not isinstance(body, dict):
        return body
    changed = dict(body)
    for option, value in options.items():
        if value is None:
            continue
        *parents, field = _FIELDS[option]
        where = changed
        for parent in parents:
            inner = where.get(parent)
            if inner is not None and not isinstance(inner, dict):
                break  # the plan's own value is wrong; validation reports it
            where[parent] = where = dict(inner or {})
        else:
            where[field] = value
    return changed


def name_options(errors: Iterable[FieldError], options: Mapping[str, Any]) -> list[FieldError]:
    """Return ``errors`` with a field's name replaced by the option that set it."""
    given_fields = {option: field for option, field in _FIELDS.items() if options.get(option) is not None}
    names = {".".join(field): f"--{_SHOWN_NAMES.get(option, option)}" for option, field in given_fields.items()}
    if "label" in given_fields:
        names["label.text"] = "--label"
    if "voice" in given_fields:
        names["narration_audio.upload"] = "--voice"  # a recording
    names |= {field.removesuffix(".upload"): option for field, option in names.items() if field.endswith(".upload")}
    return [FieldError(_name_option(error.path, names), error.message) for error in errors]


@contextmanager
def name_given_options(options: Mapping[str, Any]) -> Iterator[None]:
    """Let the errors of the block name the option that set a field of the plan."""
    try:
        yield
    except InvalidRequest as exc:
        raise InvalidRequest(name_options(exc.errors, options)) from exc


def _name_option(path: str, names: Mapping[str, str]) -> str:
    if "publish" in names and re.match(r"publish[.[]", path):
        return "--publish-at" if path.endswith("iso_datetime") else "--publish"
    return names.get(path, path)


def choose_providers(providers: str | None) -> None:
    """Set PROVIDERS before anything reads the environment."""
    if providers is not None:
        set_variable("PROVIDERS", providers)

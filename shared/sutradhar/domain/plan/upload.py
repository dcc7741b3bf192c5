"""Define a user's uploaded file, and the facts that the check finds in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.record import History, Record, keep_fields
from sutradhar.domain.plan.brand import BrandFields, BrandLook, Script
from sutradhar.domain.plan.plan import RenderPlan

MediaKind = Literal["video", "image", "audio", "font", "brand"]
"""``font`` and ``brand`` are for brands: a font file, and a whole brand as one file."""
KIND_NAMES: Mapping[MediaKind, str] = {
    "video": "a video",
    "image": "an image",
    "audio": "an audio file",
    "font": "a font",
    "brand": "an exported brand",
}
BRAND_FACTS = "brand.json"
"""The first file in the ZIP archive of an exported brand."""
MAX_BYTES = 200_000_000
PIECE_STEP = 256 * 1024
"""Bytes: the size of each piece of an upload but the last is a multiple of it. It is the one that Cloud Storage demands
(cloud.google.com/storage/docs/performing-resumable-uploads)."""
LONGEST_SIDE = 4096
"""The maximum width and height of a shown image in pixels: 4K, with room for a camera move."""
_EXACT = timedelta(hours=1)


class FontFacts(Frozen):
    """The facts about a font file."""

    family: str
    """Its name, such as ``Noto Sans``."""
    style: str
    scripts: tuple[Script, ...]
    """The scripts of which it has every letter."""
    missing: Mapping[Script, str] = {}
    """The first characters that it lacks, for each script that it does not have as a whole."""


class MediaInfo(Frozen):
    """The kind, size and length of a checked file.

    Sizes are in pixels, as a viewer shows the file; 0 for a kind of file that has no size or no length.
    """

    kind: MediaKind
    width: int = 0
    height: int = 0
    duration_sec: float = 0.0
    notices: tuple[str, ...] = ()
    """Sentences for the user about parts of the file that are left out or shown differently."""
    has_audio: bool | None = None
    """True if a video has sound; None: an earlier version checked the file and did not record this."""
    is_silent: bool = False
    """True if the check read all of an audio file and found nothing that can be heard."""
    font: FontFacts | None = None


def name_blob(upload_id: str) -> str:
    """Return the name of the blob with the bytes of an upload."""
    return f"uploads/{upload_id}"


def name_pieces(upload_id: str) -> str:
    """Return the beginning of the names of the blobs with the pieces of an upload that is not there as a whole yet."""
    return f"uploads/pieces/{upload_id}/"


def name_preview(upload_id: str) -> str:
    """Return the name of the blob with the small image of an upload."""
    return f"uploads/previews/{upload_id}/image.webp"


def name_listening(content_id: str) -> str:
    """Return the beginning of the names of the blobs with what was heard in a file, by its ``content_id``."""
    return f"uploads/listening/{content_id}/"


def list_folders(upload_id: str) -> tuple[str, ...]:
    """Return the beginnings of the names of all blobs that belong to an upload, besides its file."""
    return (
        f"uploads/failures/{upload_id}/",
        name_pieces(upload_id),
        f"uploads/previews/{upload_id}/",
        name_listening(upload_id),
    )


class Upload(Record):
    """A user's file. ``size``: its bytes, as the user announced them and the upload kept to."""

    history = History("upload", keep_fields)

    id: str
    filename: str
    content_type: str
    size: int
    owner: str = ""
    """The API key that sent it."""
    created_at: datetime
    checking_since: datetime | None = None
    """The time when the check of the file was ordered."""
    facts: MediaInfo | None = None
    """Facts about the file; None: it has not arrived yet, or was not checked."""
    has_preview: bool = False
    """True if a small image of the file is stored; an earlier version made none."""
    sha256: str = ""
    """The hash of the bytes of a font, an image, or a file with audio; empty for other files, and for those that an
    earlier version checked."""
    refusal: str = ""
    """The reason why the file was refused; a refused file is deleted."""
    used_at: datetime | None = None
    """The time when a job last began to use the file, or when it was sent again; None: since ``created_at`` never."""
    deleting_since: datetime | None = None
    """The time when its owner deleted it; from then on no caller sees it. None: it is kept."""

    @property
    def last_used_at(self) -> datetime:
        return self.used_at or self.created_at

    def note_use(self, now: datetime) -> "Upload":
        """Return the upload with the time of its last use, which is exact to an hour: the rules of retention are in
        days."""
        return self if now - self.last_used_at < _EXACT else self.evolve(used_at=now)

    @property
    def blob(self) -> str:
        return name_blob(self.id)

    @property
    def content_id(self) -> str:
        """The same for all uploads with the same bytes, as far as these are known; else the id of the upload."""
        return self.sha256 or self.id

    @property
    def has_audio(self) -> bool:
        """False if the file is known to have no audio."""
        return self.facts is not None and (
            self.facts.kind == "audio" or (self.facts.kind == "video" and self.facts.has_audio is not False)
        )

    @property
    def is_checked(self) -> bool:
        """Return whether the check has an outcome, which is final."""
        return self.facts is not None or bool(self.refusal)

    @property
    def state(self) -> Literal["pending", "checking", "ready", "refused"]:
        if self.facts:
            return "ready"
        return "refused" if self.refusal else "checking" if self.checking_since else "pending"

    def explain_unready(self) -> str:
        """Return the sentence that tells a user why the file cannot be used yet, or at all."""
        if self.state == "refused":
            return f"{self.filename} was refused: it {self.refusal}"
        if self.state == "checking":
            return f"{self.filename} is still being checked; send the plan again when GET /uploads/{self.id} says ready"
        return f"{self.filename} is not complete (POST /uploads/{self.id}/complete)"


@dataclass(frozen=True)
class UploadUse:
    """A field of a plan that names an upload."""

    path: str
    """The path of the field in the plan: ``scenes[0].clip.upload``."""
    upload_id: str
    kind: MediaKind
    """The kind of file that the field needs. Any file with audio fits ``audio``."""
    in_scene: bool = False
    """True for what a scene shows."""


def find_uploads(plan: RenderPlan) -> Iterator[UploadUse]:
    """Yield every use of an upload in ``plan``."""
    for name, own in (("song", plan.song), ("narration_audio", plan.narration_audio)):
        if own:
            yield UploadUse(f"{name}.upload", own.upload, "audio")
    for i, scene in enumerate(plan.scenes):
        if scene.narration_audio:
            yield UploadUse(f"scenes[{i}].narration_audio.upload", scene.narration_audio.upload, "audio")
        if scene.clip:
            yield UploadUse(f"scenes[{i}].clip.upload", scene.clip.upload, "video", in_scene=True)
        if scene.image:
            yield UploadUse(f"scenes[{i}].image.upload", scene.image.upload, "image", in_scene=True)
    for i, character in enumerate(plan.characters):
        if character.image:
            yield UploadUse(f"characters[{i}].image.upload", character.image.upload, "image")
    if plan.music.upload:
        yield UploadUse("music.upload", plan.music.upload, "audio")
    yield from _find_brand_clips(plan)
    if plan.brand_look:
        yield from _find_look_uploads(plan.brand_look)


def _find_brand_clips(part: RenderPlan | BrandFields) -> Iterator[UploadUse]:
    for name, clip in (("intro", part.intro), ("outro", part.outro)):
        if clip:
            yield UploadUse(f"{name}.upload", clip.upload, "video")


def _find_look_uploads(look: BrandLook) -> Iterator[UploadUse]:
    for file in look.fonts.values():
        yield UploadUse("brand", file.upload, "font")
    if look.logo:
        yield UploadUse("brand", look.logo.file.upload, "image")


def find_brand_uploads(fields: BrandFields) -> Iterator[UploadUse]:
    """Yield every use of an upload in a brand."""
    for script, font in fields.fonts.items():
        yield UploadUse(f"fonts.{script}.upload", font.upload, "font")
    if fields.logo:
        yield UploadUse("logo.upload", fields.logo.upload, "image")
    yield from _find_brand_clips(fields)

"""Store the user's own files as assets."""

import hashlib
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Literal

from sutradhar.domain.assets.asset import SAMPLE_RATE, Asset, Word
from sutradhar.domain.assets.requests import UPLOAD_PROVIDER
from sutradhar.domain.assets.specs import UploadSpec, cache_key
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.language.tags import LANGUAGES, Language
from sutradhar.domain.plan.upload import LONGEST_SIDE, MediaInfo, Upload
from sutradhar.pipeline.services import Services, hold_lease
from sutradhar.pipeline.upload_files import describe_upload, open_upload
from sutradhar.ports.stores import MAX_LEASE, Lease

_NOTES = "upload-assets/"
_ALL_PROVIDERS = (UPLOAD_PROVIDER, ProviderId("upload", "1"))
"""The providers of this version's assets and of those of earlier versions."""


def store_asset(services: Services, key: str, spec: UploadSpec, lease: Lease) -> Asset:
    """Store the user's file that ``spec`` names as the asset ``key``: a clip or a song unchanged, an image as a JPEG
    that is ready to be shown.

    Raises:
        ProviderError: the file is gone, or cannot be used.
    """
    with open_upload(services, spec.upload) as (upload, path):
        asset = _as_asset(services, key, spec, upload, path)
    services.assets.save(asset, lease)
    return asset


def note_asset(services: Services, upload_id: str, key: str) -> None:
    """Note that the asset ``key`` is made from the upload, so that it is deleted with it: the keys of songs and
    recordings depend on more than the upload. Call it before the asset is saved."""
    name = f"{_NOTES}{upload_id}/{key}"
    services.records.update([name], lambda _before: {name: "{}"})


def find_assets(services: Services, upload_id: str) -> Sequence[Asset]:
    """Return the assets that were made from the upload, also by earlier versions."""
    keys = [*_list_keys(upload_id), *_list_noted_keys(services, upload_id)]
    return list(services.assets.get_many(keys).values())


def delete_assets(services: Services, upload_id: str) -> None:
    """Delete the assets that were made from the upload. A repeat deletes what is left.

    The files of assets of earlier versions stay, since their names tell only their bytes: another upload may have the
    same. They are deleted when they are too old.

    Raises:
        LeaseHeld: a worker makes one of them.
    """
    for key in _list_keys(upload_id):
        with hold_lease(services, key, MAX_LEASE):  # a worker that began before can no longer save it
            services.assets.delete([key])
    while noted := _list_noted_keys(services, upload_id):
        for key in noted:
            with hold_lease(services, key, MAX_LEASE):
                services.assets.delete([key])
        services.records.delete([f"{_NOTES}{upload_id}/{key}" for key in noted])
    for blob in services.blobs.list(_folder(upload_id)):
        services.blobs.delete(blob.name)


def _list_keys(upload_id: str) -> list[str]:
    kinds: tuple[Literal["image", "music"], ...] = ("image", "music")
    specs = [UploadSpec(kind=kind, upload=upload_id) for kind in kinds]
    specs += [
        UploadSpec(kind="image", upload=upload_id, finds_moments=moments, finds_face=face, speech_language=language)
        for moments, face, language in product((False, True), (False, True), (None, *LANGUAGES))
    ]
    return [cache_key(spec, provider) for spec in specs for provider in _ALL_PROVIDERS]


def _list_noted_keys(services: Services, upload_id: str) -> list[str]:
    """Return the keys of at most a hundred songs and recordings that were made from the upload."""
    folder = f"{_NOTES}{upload_id}/"
    return [name.removeprefix(folder) for name in services.records.list_names(folder)]


def _folder(upload_id: str) -> str:
    """Return the beginning of the names of the files that are made from the upload. They are its own, so that they can
    be deleted with it while another upload has the same bytes."""
    return f"assets/{upload_id}/"


def _as_asset(services: Services, key: str, spec: UploadSpec, upload: Upload, path: Path) -> Asset:
    folder = path.parent
    facts = _current_facts(services, upload, path)
    if facts.kind == "image":
        image = services.providers.media.image(path, LONGEST_SIDE)
        digest, size = hashlib.sha256(image.data).hexdigest(), len(image.data)
        blob, width, height = f"{_folder(upload.id)}{digest}.jpg", image.width, image.height
        services.blobs.put(blob, image.data)
        path = folder / "image.jpg"
        path.write_bytes(image.data)
    else:
        if facts.kind == "video":
            path = services.providers.media.video(path, folder / "clip.mp4")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size, width, height = path.stat().st_size, facts.width, facts.height
        blob = f"{_folder(upload.id)}{digest}{'.mp4' if facts.kind == 'video' else '.audio'}"
        services.blobs.put_file(blob, path)
    has_audio = facts.kind == "audio" or facts.has_audio
    face = None
    if spec.finds_face and facts.kind in ("image", "video"):
        face = services.providers.media.find_face(path, is_video=facts.kind == "video")
    if spec.kind == "music" and not has_audio:
        raise InvalidRequest([FieldError("file", "has no sound")])
    is_clip = facts.kind == "video" and spec.kind == "image"
    words = _recognize_words(services, path, spec.speech_language) if is_clip and has_audio else ()
    return Asset(
        key=key,
        kind=spec.kind,
        blob=blob,
        sha256=digest,
        size=size,
        provider=str(UPLOAD_PROVIDER),
        samples=round(facts.duration_sec * SAMPLE_RATE) if has_audio else 0,
        width=width,
        height=height,
        clip_sec=facts.duration_sec if is_clip else None,
        is_video=is_clip,
        words=words,
        alignment="speech" if words else None,
        face=face,
        moments=services.providers.media.find_moments(path) if is_clip and spec.finds_moments else (),
        provenance=describe_upload(upload),
    )


def _recognize_words(services: Services, path: Path, language: Language | None) -> tuple[Word, ...]:
    """Return the words that are spoken in a clip, with their times in it; none if they are not looked for."""
    lyrics = services.providers.listener.recognize_lyrics(path, language) if language else None
    return tuple(
        Word(text=word.text, start=word.start_sec, end=word.end_sec, timing_source="speech")
        for line in (lyrics.lines if lyrics else ())
        for word in line.words
        if word.start_sec is not None and word.end_sec is not None
    )


def _current_facts(services: Services, upload: Upload, path: Path) -> MediaInfo:
    """Return the facts of the file; probe it again if an earlier version checked it."""
    if upload.facts and (upload.facts.kind != "video" or upload.facts.has_audio is not None):
        return upload.facts
    with path.open("rb") as file:
        return services.providers.media.probe(file)

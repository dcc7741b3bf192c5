"""Store the songs and recorded voices of users as assets: the sound itself, and the times of its beats and words."""

import hashlib

from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.assets.requests import UPLOAD_PROVIDER
from sutradhar.domain.assets.specs import ColorSpec, RecordingSpec
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.upload_assets import note_asset
from sutradhar.pipeline.upload_files import describe_upload, open_upload
from sutradhar.ports.stores import Lease


def store_recording(services: Services, key: str, spec: RecordingSpec, lease: Lease) -> Asset:
    """Store the part of a recorded voice that ``spec`` names as the asset ``key``.

    Raises:
        ProviderError: the file is gone, or cannot be used.
    """
    with open_upload(services, spec.upload) as (upload, path):
        recording = services.providers.listener.read_recording(
            path, spec.start_sec, spec.end_sec, spec.text, spec.language, clean=spec.clean
        )
    digest = hashlib.sha256(recording.wav).hexdigest()
    blob = f"assets/{upload.id}/{digest}.wav"
    services.blobs.put(blob, recording.wav)
    asset = Asset(
        key=key,
        kind="narration",
        blob=blob,
        sha256=digest,
        size=len(recording.wav),
        provider=str(UPLOAD_PROVIDER),
        samples=recording.samples,
        words=recording.words,
        alignment=recording.words[0].timing_source if recording.words else None,
        pauses=recording.pauses,
        notices=tuple(f"{upload.filename} {notice}" for notice in recording.notices),
        provenance=describe_upload(upload),
    )
    note_asset(services, upload.id, key)
    services.assets.save(asset, lease)
    return asset


def store_color(services: Services, key: str, spec: ColorSpec, lease: Lease) -> Asset:
    """Store an image of one flat colour as the asset ``key``."""
    image = services.providers.media.draw_color(spec.color, spec.width, spec.height)
    digest = hashlib.sha256(image.data).hexdigest()
    blob = f"assets/{digest}.png"
    services.blobs.put(blob, image.data)
    asset = Asset(
        key=key,
        kind="image",
        blob=blob,
        sha256=digest,
        size=len(image.data),
        provider=image.provider,
        width=image.width,
        height=image.height,
    )
    services.assets.save(asset, lease)
    return asset

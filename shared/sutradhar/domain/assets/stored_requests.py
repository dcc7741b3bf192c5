"""Translate asset requests that jobs stored before there were typed specs."""

from typing import Any

from sutradhar.domain.core.record import Fields

_OPTIONS = ("speed", "emotion", "named")


def upgrade_request(stored: Fields) -> Fields:
    """Return version 1 of an ``AssetRequest`` for a request of a slot, a kind, a mapping of parameters, and the first
    provider. Its cache key is the same."""
    return {
        "slot": stored["slot"],
        "spec": _spec(stored["kind"], dict(stored["params"])),
        "provider": stored["maker"],
    }


def _spec(kind: str, params: dict[str, Any]) -> dict[str, Any]:
    if "upload" in params:
        return {"type": "upload", "kind": kind, **params}
    match kind:
        case "narration":
            options = {name: params.pop(name) for name in _OPTIONS if name in params}
            pronunciation = {"spoken_text": params.pop("said")} if "said" in params else {}
            return {"type": "narration", **params, **pronunciation, "options": options}
        case "image":
            return _image_spec(params)
        case "sound":
            return {"type": "sound_effect", **params}
    return {"type": kind, **params}


def _image_spec(params: dict[str, Any]) -> dict[str, Any]:
    footage = params.pop("footage", "none")
    seconds, search, image_provider = (params.pop(name, None) for name in ("seconds", "search", "still"))
    references = params.pop("likeness", "").split()
    image = {"type": "image", **params, "reference_images": references}
    if footage == "stock":
        return {"type": "stock", "image": image, "search": search, "seconds": seconds}
    if footage == "generated":
        return {"type": "clip", "image": image, "image_provider": image_provider, "seconds": seconds}
    return image

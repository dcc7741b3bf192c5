"""Convert the colours of an image file to 8-bit sRGB as an image viewer shows them (LittleCMS through Pillow)."""

import functools
import io
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

_Floats = NDArray[np.float64]
_XY = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]

_SRGB: _XY = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
_DISPLAY_P3: _XY = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
_ADOBE_RGB: _XY = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
_BT2020: _XY = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
"""Chromaticities of red, green and blue: IEC 61966-2-1, SMPTE EG 432-1, Adobe RGB (1998), ITU-R BT.2020-2."""
_D65, _D50 = (0.3127, 0.3290), (0.3457, 0.3585)
_ADOBE_GAMMA = 563 / 256
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_PQ, _HDR_WHITE_NITS = 16, 203
"""The code of SMPTE ST 2084's transfer characteristics, and the light of its white (ITU-R BT.2408-7, 2.1)."""
_HLG, _HLG_NITS, _HLG_GAMMA = 18, 1000, 1.2
"""The code of the transfer characteristics HLG, and the light and gamma of its display (ITU-R BT.2100-2, table 5)."""
_SAME_GAMMA = 0.03
"""Distance from sRGB's 1/2.2 up to which a PNG's gamma counts as sRGB, as in browsers."""

_MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab ": "LAB"}
"""Colour spaces of ICC profiles (ICC.1:2022, 7.2.6), and the image mode that each describes."""


def find_transform(mode: str, profiles: Sequence[bytes]) -> Any:
    """Return the ``ImageCms`` transform to sRGB for an image of ``mode`` (RGB, L, CMYK or LAB), or None.

    The transform uses the first usable one of ``profiles``. A profile that is broken or does not fit the image is
    ignored, as in browsers.
    """
    for profile in profiles:
        if profile and (transform := _build_transform(profile, mode)):
            return transform
    return _build_lab_transform() if mode == "LAB" else None


def find_profiles(info: Mapping[str, Any], nclx: bytes, *, is_adobe_rgb: bool) -> tuple[bytes, ...]:
    """Return the ICC profiles of an image file: the embedded one, or those that its other colour marks stand for.

    Args:
        info: Pillow's facts about the file.
        nclx: the colour codes of an AVIF or HEIF (ISO/IEC 23091-2): 2 bytes of primaries, 2 of transfer.
        is_adobe_rgb: True if the EXIF tags say Adobe RGB, which cameras write instead of embedding the profile.
    """
    if embedded := info.get("icc_profile"):
        return (bytes(embedded),)
    if len(nclx) >= 4:
        primaries, transfer = struct.unpack(">HH", nclx[:4])
        space = {12: _DISPLAY_P3, 9: _BT2020}.get(primaries, _SRGB)
        if transfer == _PQ:
            return (build_rgb_profile(space, tuple(_compute_pq_curve())),)
        return (build_rgb_profile(space, tuple(_compute_srgb_curve())),) if space is not _SRGB else ()
    if is_adobe_rgb:
        return (build_rgb_profile(_ADOBE_RGB, (_ADOBE_GAMMA,)),)
    gamma = info.get("gamma")  # only a PNG has one
    if gamma and "srgb" not in info and abs(gamma - 1 / 2.2) > _SAME_GAMMA and 0.05 < gamma <= 2:
        return (build_rgb_profile(_SRGB, (1 / gamma,)),)
    return ()


def build_video_profile(primaries: int, transfer: int) -> bytes | None:
    """Return the ICC profile of a video's frames by its colour codes (ITU-T H.273); None: they are close to sRGB."""
    space = {12: _DISPLAY_P3, 9: _BT2020}.get(primaries, _SRGB)
    if transfer == _PQ:
        return build_rgb_profile(space, tuple(_compute_pq_curve()))
    if transfer == _HLG:
        return build_rgb_profile(space, tuple(_compute_hlg_curve()))
    return build_rgb_profile(space, tuple(_compute_srgb_curve())) if space is not _SRGB else None


def _build_transform(profile: bytes, mode: str) -> Any:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        meant = _MODES.get(source.profile.xcolor_space)
        if meant != mode and not (meant == "RGB" and mode == "L"):
            return None
        return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), meant, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _build_lab_transform() -> Any:
    return ImageCms.buildTransform(ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB")


def convert_to_srgb(image: Image.Image, transform: Any) -> Image.Image:
    """Return ``image`` as RGB in sRGB; ``transform`` is applied if it is not None."""
    if transform is None:
        return image.convert("RGB")
    if image.mode != transform.input_mode:
        image = image.convert(transform.input_mode)
    return ImageCms.applyTransform(image, transform) or image


@functools.cache
def build_rgb_profile(primaries: _XY, curve: tuple[float, ...]) -> bytes:
    """Return an ICC profile (version 2) for an RGB space with white point D65.

    Args:
        primaries: x, y of red, green and blue.
        curve: a single number is the exponent from samples to light; many are the light at equal steps from 0 to 1.
    """
    matrix = _adapt_primaries(primaries)
    if len(curve) == 1:
        light = struct.pack(">4sIIH", b"curv", 0, 1, round(curve[0] * 256))
    else:
        steps = [round(min(max(value, 0.0), 1.0) * 65535) for value in curve]
        light = struct.pack(f">4sII{len(steps)}H", b"curv", 0, len(steps), *steps)
    white = (0.9642, 1.0, 0.8249)
    tags = {
        b"desc": struct.pack(">4sII", b"desc", 0, 4) + b"RGB\0" + bytes(79),
        b"cprt": struct.pack(">4sI", b"text", 0) + b"none\0",
        b"wtpt": _xyz(*white),
        b"rXYZ": _xyz(*matrix[:, 0]),
        b"gXYZ": _xyz(*matrix[:, 1]),
        b"bXYZ": _xyz(*matrix[:, 2]),
        b"rTRC": light,
        b"gTRC": light,
        b"bTRC": light,
    }
    table, body, at = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += struct.pack(">4sII", name, at + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = struct.pack(">I4sI4s4s4s", 128 + len(table) + len(body), bytes(4), 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    header += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + bytes(28)
    header += struct.pack(">3i", *(round(value * 65536) for value in white)) + bytes(48)
    return header + table + body


def _xyz(*values: float) -> bytes:
    return struct.pack(">4sI3i", b"XYZ ", 0, *(round(float(value) * 65536) for value in values))


def _adapt_primaries(primaries: _XY) -> _Floats:
    """Return the XYZ of red, green and blue in columns, adapted from white D65 to the D50 of profiles (Bradford)."""
    columns = np.array([[x / y, 1.0, (1 - x - y) / y] for x, y in primaries]).T
    white, target = (np.array([x / y, 1.0, (1 - x - y) / y]) for x, y in (_D65, _D50))
    scaled = columns * np.linalg.solve(columns, white)
    cone = np.diag((_BRADFORD @ target) / (_BRADFORD @ white))
    return np.asarray(np.linalg.inv(_BRADFORD) @ cone @ _BRADFORD @ scaled)


def _compute_srgb_curve() -> _Floats:
    samples = np.linspace(0, 1, 1024)
    return np.where(samples <= 0.04045, samples / 12.92, ((samples + 0.055) / 1.055) ** 2.4)


def _compute_pq_curve() -> _Floats:
    """Return the light that samples of SMPTE ST 2084 stand for, with highlights compressed below 1."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = np.linspace(0, 1, 1024) ** (1 / m2)
    light = 10_000 / _HDR_WHITE_NITS * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
    return _compress_highlights(light, top=10_000 / _HDR_WHITE_NITS)


def _compute_hlg_curve() -> _Floats:
    """Return the light that samples of HLG stand for on its reference display, with highlights compressed below 1."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    samples, top = np.linspace(0, 1, 1024), _HLG_NITS / _HDR_WHITE_NITS
    scene = np.where(samples <= 0.5, samples**2 / 3, (np.exp((samples - c) / a) + b) / 12)
    return _compress_highlights(top * scene**_HLG_GAMMA, top)


def _compress_highlights(light: _Floats, top: float) -> _Floats:
    """Return ``light``, in which 1 is the white of a page, with all between 0.7 and ``top`` compressed below 1."""
    knee = 0.7
    over = (light - knee) / (top - knee)
    return np.where(light <= knee, light, knee + (1 - knee) * np.log1p(np.maximum(over, 0) * 60) / np.log1p(60))

"""Declare the part of zimg's C interface (zimg.h, version 2.4) that the resampler calls.

ffmpeg's filter zscale is made of the same library, so Debian's ffmpeg brings it along.
"""

import ctypes
import sys
from ctypes import POINTER, Structure, c_char, c_double, c_int, c_size_t, c_ssize_t, c_uint, c_void_p
from functools import cache

from sutradhar.domain.core.errors import NotInstalled

API_VERSION = 2 << 8 | 4
BYTE = 0
"""Type of pixel: one byte for each sample."""
LIMITED = 0
SPLINE36, BICUBIC = 4, 2
CPU_AUTO_64B = 2
"""Take the widest instructions of this processor. Bytes come out as integers, the same with any instructions."""
WHOLE_PLANE = 0xFFFF_FFFF
"""The mask of a buffer that holds all rows."""

_NAMES = {"darwin": ("libzimg.2.dylib", "/opt/homebrew/lib/libzimg.2.dylib", "/usr/local/lib/libzimg.2.dylib")}


class Region(Structure):
    _fields_ = (("left", c_double), ("top", c_double), ("width", c_double), ("height", c_double))


class ImageFormat(Structure):
    _fields_ = (
        ("version", c_uint),
        ("width", c_uint),
        ("height", c_uint),
        ("pixel_type", c_int),
        ("subsample_w", c_uint),
        ("subsample_h", c_uint),
        ("color_family", c_int),
        ("matrix_coefficients", c_int),
        ("transfer_characteristics", c_int),
        ("color_primaries", c_int),
        ("depth", c_uint),
        ("pixel_range", c_int),
        ("field_parity", c_int),
        ("chroma_location", c_int),
        ("active_region", Region),
        ("alpha", c_int),
    )


class GraphParameters(Structure):
    _fields_ = (
        ("version", c_uint),
        ("resample_filter", c_int),
        ("filter_param_a", c_double),
        ("filter_param_b", c_double),
        ("resample_filter_uv", c_int),
        ("filter_param_a_uv", c_double),
        ("filter_param_b_uv", c_double),
        ("dither_type", c_int),
        ("cpu_type", c_int),
        ("nominal_peak_luminance", c_double),
        ("allow_approximate_gamma", c_char),
    )


class _Plane(Structure):
    _fields_ = (("data", c_void_p), ("stride", c_ssize_t), ("mask", c_uint))


class Buffer(Structure):
    _fields_ = (("version", c_uint), ("plane", _Plane * 4))


@cache
def load() -> ctypes.CDLL:
    """Return the library with the types of its functions.

    Raises:
        NotInstalled: the library is not on this machine, or is older than version 3.
    """
    for name in _NAMES.get(sys.platform, ("libzimg.so.2",)):
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        if library.zimg_get_api_version(None, None) >= API_VERSION:
            return _declare(library)
    raise NotInstalled(
        "the library zimg, version 3 or newer",
        advice="apt-get install libzimg2 (Debian, Ubuntu), brew install zimg (macOS)",
    )


def read_version() -> str:
    """Return the version of the library, such as 3.0.4.

    Raises:
        NotInstalled: as ``load``.
    """
    numbers = [c_uint() for _ in range(3)]
    load().zimg_get_version_info(*[ctypes.byref(number) for number in numbers])
    return ".".join(str(number.value) for number in numbers)


def read_last_error() -> str:
    """Return what the library says about the call of this thread that failed last."""
    message = ctypes.create_string_buffer(1024)
    load().zimg_get_last_error(message, len(message))
    return message.value.decode("utf-8", "replace")


def _declare(library: ctypes.CDLL) -> ctypes.CDLL:
    library.zimg_filter_graph_build.restype = c_void_p
    library.zimg_filter_graph_build.argtypes = [POINTER(ImageFormat), POINTER(ImageFormat), POINTER(GraphParameters)]
    library.zimg_filter_graph_get_tmp_size.argtypes = [c_void_p, POINTER(c_size_t)]
    library.zimg_filter_graph_process.argtypes = [
        c_void_p,
        POINTER(Buffer),
        POINTER(Buffer),
        *[c_void_p] * 5,
    ]
    library.zimg_filter_graph_free.argtypes = [c_void_p]
    library.zimg_filter_graph_free.restype = None
    return library

"""Draw any rectangle of a plane at any size, exact to less than a thousandth of a pixel, by the library zimg.

A rectangle that is enlarged is interpolated; one that is reduced is filtered first, so that fine detail does not turn
into moiré. Samples beyond the plane's edges are those inside, mirrored. The same call gives the same bytes everywhere:
the library calculates in integers.
"""

import ctypes
import math
from collections.abc import Sequence

import numpy as np

from gpu_renderer.core import zimg
from gpu_renderer.core.frame import ALIGNMENT, Bytes, allocate
from gpu_renderer.core.zimg import BICUBIC, SPLINE36
from gpu_renderer.image.camera import Box

LEAST_SHOWN = 8
"""The fewest samples, across and down, that a rectangle should span: some versions of the library want more than
3."""


def resample(planes: Sequence[Bytes], shown: Box, into: Sequence[Bytes], *, filter_kind: int = SPLINE36) -> None:
    """Write the rectangle ``shown`` of each of ``planes`` into the plane of ``into`` at the same place.

    Args:
        planes: planes of one size (h, w).
        shown: in samples of ``planes``; it may lie across the edges by a few samples.
        into: planes of one size.
        filter_kind: ``SPLINE36``, which reads six samples in each direction, or ``BICUBIC``, which reads four.

    Raises:
        NotInstalled: the library zimg is missing.
        ValueError: ``shown`` spans no samples, or too few for this version of the library.
    """
    library = zimg.load()
    graph = _build_graph(library, planes[0], shown, into[0], filter_kind)
    try:
        size = ctypes.c_size_t()
        library.zimg_filter_graph_get_tmp_size(graph, ctypes.byref(size))
        scratch = allocate(size.value)
        for plane, out in zip(planes, into, strict=True):
            source, target = _align(plane), out if _is_aligned(out) else _allocate_plane(*out.shape)
            failed = library.zimg_filter_graph_process(
                graph, _describe(source), _describe(target), scratch.ctypes.data, None, None, None, None
            )
            if failed:
                raise ValueError(zimg.read_last_error())
            if target is not out:
                np.copyto(out, target)
    finally:
        library.zimg_filter_graph_free(graph)


def _build_graph(library: ctypes.CDLL, plane: Bytes, shown: Box, out: Bytes, filter_kind: int) -> int:
    source, target, parameters = zimg.ImageFormat(), zimg.ImageFormat(), zimg.GraphParameters()
    for image, shape in ((source, plane.shape), (target, out.shape)):
        library.zimg_image_format_default(ctypes.byref(image), zimg.API_VERSION)
        image.height, image.width = shape
        image.pixel_type, image.depth, image.pixel_range = zimg.BYTE, 8, zimg.LIMITED
    source.active_region = zimg.Region(shown.left, shown.top, shown.width, shown.height)
    library.zimg_graph_builder_params_default(ctypes.byref(parameters), zimg.API_VERSION)
    parameters.resample_filter, parameters.cpu_type = filter_kind, zimg.CPU_AUTO_64B
    if filter_kind == BICUBIC:  # Catmull and Rom's spline, which passes through the samples
        parameters.filter_param_a, parameters.filter_param_b = 0.0, 0.5
    graph = library.zimg_filter_graph_build(ctypes.byref(source), ctypes.byref(target), ctypes.byref(parameters))
    if not graph:
        raise ValueError(zimg.read_last_error())
    return int(graph)


def align_plane(plane: Bytes) -> Bytes:
    """Return a copy of ``plane`` whose rows begin where ``resample`` reads them without copying them first."""
    aligned = _allocate_plane(*plane.shape)
    np.copyto(aligned, plane)
    return aligned


def _align(plane: Bytes) -> Bytes:
    return plane if _is_aligned(plane) else align_plane(plane)


def _is_aligned(plane: Bytes) -> bool:
    return plane.ctypes.data % ALIGNMENT == 0 and plane.strides[0] % ALIGNMENT == 0 and plane.strides[1] == 1


def _allocate_plane(height: int, width: int) -> Bytes:
    stride = math.ceil(width / ALIGNMENT) * ALIGNMENT
    return allocate(height * stride).reshape(height, stride)[:, :width]


def _describe(plane: Bytes) -> zimg.Buffer:
    buffer = zimg.Buffer(zimg.API_VERSION)
    row = buffer.plane[0]
    row.data, row.stride, row.mask = plane.ctypes.data, plane.strides[0], zimg.WHOLE_PLANE
    return buffer

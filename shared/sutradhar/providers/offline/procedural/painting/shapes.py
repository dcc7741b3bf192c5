"""Make the outlines of which figures are built: blob, polygon, box, oval, limb and star each return a Shape.

Unit space: x to the right, y up, feet at y = 0, a grown person 1 tall.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sutradhar.providers.offline.procedural.painting.noise import Field

Point = tuple[float, float]


@dataclass(frozen=True)
class Shape:
    """One filled outline. ``color``: a name in object_colors.py, or ``rrggbb``. ``points``: shape (n, 2)."""

    color: str
    points: Field


Shapes = list[Shape]


def trace_spline(points: Sequence[Point], closed: bool, steps: int = 8) -> Field:
    """Return a Catmull-Rom curve through ``points``, with ``steps`` points from one to the next: shape (n, 2)."""
    p = np.asarray(points, np.float32)
    if closed:
        before, here, after, beyond = np.roll(p, 1, 0), p, np.roll(p, -1, 0), np.roll(p, -2, 0)
    else:
        padded = np.concatenate([p[:1] * 2 - p[1:2], p, p[-1:] * 2 - p[-2:-1]])
        before, here, after, beyond = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    t = (np.arange(steps, dtype=np.float32) / steps)[None, :, None]
    a, b, c, d = (q[:, None, :] for q in (before, here, after, beyond))
    curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    curve = curve.reshape(-1, 2)
    return np.asarray(curve if closed else np.concatenate([curve, p[-1:]]), np.float32)


def blob(color: str, *points: Point) -> Shape:
    """Return a smooth closed outline through ``points``."""
    return Shape(color, trace_spline(points, closed=True))


def polygon(color: str, *points: Point) -> Shape:
    """Return a closed outline with corners."""
    return Shape(color, np.asarray(points, np.float32))


def oval(color: str, x: float, y: float, rx: float, ry: float, degrees: float = 0.0) -> Shape:
    angle = np.linspace(0, 2 * math.pi, 36, endpoint=False)
    turn = math.radians(degrees)
    u, v = rx * np.cos(angle), ry * np.sin(angle)
    points = np.stack([x + u * math.cos(turn) - v * math.sin(turn), y + u * math.sin(turn) + v * math.cos(turn)], 1)
    return Shape(color, points.astype(np.float32))


def limb(color: str, points: Sequence[Point], widths: Sequence[float]) -> Shape:
    """Return a tube along a curve through ``points``; ``widths`` are spread evenly along it, and the ends are round."""
    line = trace_spline(points, closed=False)
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-6)
    normal = np.stack([-along[:, 1], along[:, 0]], 1)
    half = np.interp(np.linspace(0, 1, len(line)), np.linspace(0, 1, len(widths)), widths)[:, None] / 2
    turn = np.linspace(math.pi / 2, -math.pi / 2, 9)[1:-1, None]
    end = line[-1] + half[-1] * (np.sin(turn) * normal[-1] + np.cos(turn) * along[-1])
    start = line[0] - half[0] * (np.sin(turn) * normal[0] + np.cos(turn) * along[0])
    outline = np.concatenate([line + normal * half, end, (line - normal * half)[::-1], start])
    return Shape(color, outline.astype(np.float32))


def trace_circle(x: float, y: float, radius: float, count: int, start: float = 0.0) -> list[Point]:
    """Return ``count`` points on a circle, from ``start`` (a share of the circle)."""
    angles = (2 * math.pi * (i / count + start) for i in range(count))
    return [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles]


def star(color: str, x: float, y: float, inner: float, outer: float, count: int) -> Shape:
    """Return a jagged round outline with ``count`` points: manes, flames, flowers."""
    angles = np.linspace(0, 2 * math.pi, 2 * count, endpoint=False)
    radius = np.where(np.arange(2 * count) % 2, inner, outer)
    return Shape(color, np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], 1).astype(np.float32))


def move_shapes(shapes: Shapes, dx: float = 0.0, dy: float = 0.0, scale: float = 1.0, flip: bool = False) -> Shapes:
    """Return the shapes scaled about the origin, mirrored if ``flip``, then moved."""
    factor = np.array([-scale if flip else scale, scale], np.float32)
    return [Shape(s.color, (s.points * factor + np.array([dx, dy], np.float32)).astype(np.float32)) for s in shapes]


def turn_shapes(shapes: Shapes, degrees: float, x: float = 0.0, y: float = 0.0) -> Shapes:
    """Return the shapes turned counter-clockwise about (x, y)."""
    a = math.radians(degrees)
    turn = np.array([[math.cos(a), math.sin(a)], [-math.sin(a), math.cos(a)]], np.float32)
    pivot = np.array([x, y], np.float32)
    return [Shape(s.color, ((s.points - pivot) @ turn + pivot).astype(np.float32)) for s in shapes]


def trace_ellipse(x: float, y: float, radius: float, squash: float = 1.0) -> Field:
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    return np.stack([x + radius * np.cos(angle), y + radius * squash * np.sin(angle)], 1).astype(np.float32)


def box(color: str, x0: float, y0: float, x1: float, y1: float) -> Shape:
    return polygon(color, (x0, y0), (x1, y0), (x1, y1), (x0, y1))

"""List the pace of the offline voices in each language, for estimates of the length of a speech."""

from collections.abc import Mapping
from typing import NamedTuple

from sutradhar.domain.language.tags import Language


class Pace(NamedTuple):
    """The pace of a voice at its own speed, in seconds."""

    letter: float
    """For a letter, its marks included."""
    pause: float
    """For a pause inside a sentence."""
    stop: float
    """For a pause between sentences."""
    constant: float
    """For each text."""
    han: float = 0.0
    """For a Chinese character, if it is not that of a letter."""


PACES: Mapping[Language, Pace] = {
    "en": Pace(0.0686, 0.258, 0.822, 0.115),
    "hi": Pace(0.1538, 0.251, 0.614, 0.253),
    "bn": Pace(0.155, 0.345, 0.598, 0.100),
    "ta": Pace(0.1294, 0.161, 0.525, 0.118),
    "te": Pace(0.1706, 0.307, 0.193, 0.100),
    "mr": Pace(0.141, 0.369, 0.187, 0.126),
    "gu": Pace(0.1649, 0.323, 0.301, 0.100),
    "kn": Pace(0.1516, 0.473, 0.382, 0.317),
    "ml": Pace(0.1194, 0.325, 0.829, 0.388),
    "pa": Pace(0.1581, 0.125, 0.451, 0.219),
    "ur": Pace(0.1015, 0.352, 0.492, 0.331),
    "ne": Pace(0.1485, 0.291, 0.540, 0.100),
    "sa": Pace(0.1533, 0.24, 0.612, 0.23),
    "es": Pace(0.0722, 0.283, 0.546, 0.213),
    "fr": Pace(0.0567, 0.303, 0.655, 0.559),
    "de": Pace(0.0665, 0.314, 0.375, 0.288),
    "pt": Pace(0.0784, 0.437, 0.489, 0.336),
    "it": Pace(0.0705, 0.442, 0.500, 0.433),
    "id": Pace(0.0813, 0.396, 0.483, 0.107),
    "ar": Pace(0.1251, 0.360, 0.223, 0.259),
    "ru": Pace(0.0647, 0.338, 0.223, 0.100),
    "ja": Pace(0.1221, 0.373, 0.646, 0.156, 0.2583),
    "ko": Pace(0.2099, 0.264, 0.354, 0.509),
    "zh": Pace(0.2888, 0.239, 0.388, 0.100),
}
"""``python -m tests.paces`` measures them, and its text says how. Sanskrit, without a voice, has the pace of Hindi."""

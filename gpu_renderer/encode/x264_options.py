"""Choose x264's options for one thread: our own settings for FINAL and PROXY, or the preset that a user names.

docs/bench/encoder.md has the search that they come from.
"""

from typing import NamedTuple

from sutradhar.domain.plan.choices import RenderMode


class X264Settings(NamedTuple):
    """A preset of x264, and what we change in it."""

    preset: str
    step: float
    """Added to the CQ of the settings to get the CRF, which means another quality with each preset."""
    fields: str = ""
    """Fields that differ from the preset's, as ``x264-params`` takes them."""


_OWN: dict[RenderMode, X264Settings] = {
    # The fast motion search of superfast, with the rate control that only slower presets have: macroblock-tree gives
    # bits to what later frames show again, which is nearly all of a still under a slow move. Weaker adaptive
    # quantization gives VMAF 0.4 more for less bytes, and no more banding than veryfast had. Weighted prediction
    # saves a fifth of a crossfade's bytes, but costs CPU in every frame; keyframes at scene cuts bring nothing.
    # Temporal prediction follows an even move exactly, which halves the jitter of what is decoded. Trellis saves a
    # seventh of the bytes at the same look, and what it costs the encoder it saves the decoder
    "FINAL": X264Settings(
        "superfast",
        -0.5,
        "mbtree=1:rc-lookahead=6:b-adapt=0:bframes=2:aq-strength=0.6:weightp=0:scenecut=0:direct=temporal:me=hex"
        ":trellis=1",
    ),
    # three fields that ultrafast lacks: a quarter of the bytes at nearly the same look, for less CPU. Macroblock-tree
    # would bring another 20 %, for 10 % more CPU
    "PROXY": X264Settings("ultrafast", 8.25, "bframes=2:aq-mode=1:8x8dct=1"),
}
_LARGE_PIXELS = 2560 * 1440
"""Larger frames are large: each that x264 looks ahead takes 27 MB in 4K."""
_LARGE = X264Settings(
    "superfast",
    -1.5,
    "mbtree=1:rc-lookahead=5:b-adapt=0:bframes=2:aq-strength=0.6:weightp=0:scenecut=0:direct=temporal:me=hex"
    ":trellis=1:b-pyramid=none",
)
"""FINAL of large frames: fewer frames ahead, and no pyramid of B-frames, at a lower CRF."""
_TUNED: dict[str, X264Settings] = {
    # trellis brings VMAF 0.6 on photo-like stills for 5 % more time and no more bytes
    "veryfast": X264Settings("veryfast", -1, "trellis=1:rc-lookahead=8"),
}
"""The presets of a user that we change. All others are x264's own at the CRF of the settings."""
_PROXY_STEP = 5
"""Steps of CRF by which a PROXY with a preset of the user is coarser than the final video."""


def choose_x264_options(mode: RenderMode, preset: str | None, cq: int, pixels: int) -> dict[str, str]:
    """Return ffmpeg's options of libx264 for quality and speed.

    Args:
        mode: the render mode.
        preset: the preset that the user names, or None for our own choice.
        cq: the quality of FINAL that the user sets.
        pixels: the number of pixels of a frame.
    """
    own = _LARGE if mode == "FINAL" and pixels > _LARGE_PIXELS else _OWN[mode]
    chosen = own if preset is None else _TUNED.get(preset, X264Settings(preset, 0))
    coarser = _PROXY_STEP if mode == "PROXY" and preset is not None else 0
    crf = min(max(cq + chosen.step + coarser, 0), 51)
    options = {"preset": chosen.preset, "crf": f"{crf:g}", "profile:v": "high"}
    return options | ({"x264-params": chosen.fields} if chosen.fields else {})

"""List the x264 settings to measure: one that is known, and from a good one the changes of each field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gpu_renderer.encode.encoders import build_profile
from sutradhar.domain.plan.choices import RenderMode
from sutradhar.domain.video.render_settings import RendererSettings
from tests.bench.workload import FPS


@dataclass(frozen=True)
class Setting:
    """A preset of x264, a CRF, and the fields that differ from the preset."""

    mode: RenderMode
    preset: str
    crf: float
    fields: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        changed = [f"{name}={value}" for name, value in self.fields.items()]
        return " ".join([self.mode, self.preset, f"{self.crf:g}", *changed])

    def change(self, fields: Mapping[str, str] | None = None, crf: float | None = None) -> "Setting":
        """Return this setting with other fields."""
        return Setting(self.mode, self.preset, self.crf if crf is None else crf, {**self.fields, **(fields or {})})

    def to_options(self) -> dict[str, str]:
        """Return the options for ffmpeg, with all that our profiles have in common."""
        plain = build_profile("libx264", self.mode, RendererSettings(preset="fast")).options(FPS)
        fields = {"x264-params": ":".join(f"{name}={value}" for name, value in self.fields.items())}
        return {**plain, "preset": self.preset, "crf": f"{self.crf:g}", **(fields if self.fields else {})}


VERYFAST = Setting("FINAL", "veryfast", 17, {"trellis": "1", "rc-lookahead": "8"})
"""FINAL as it was before this search; every slice of it begins with a run of it."""
LEAD = Setting("FINAL", "superfast", 17, {"mbtree": "1", "rc-lookahead": "8", "b-adapt": "0", "bframes": "2"})
ULTRAFAST = Setting("PROXY", "ultrafast", 23)
"""PROXY as it was before this search."""
QUICK_LEAD = Setting("PROXY", "superfast", 26, LEAD.fields)

_STEADY = {"direct": "temporal", "me": "hex"}
"""Fields for which VMAF is blind: they halve the jitter of what is decoded (``make race`` measures it)."""
_FLAT = LEAD.change({"aq-strength": "0.6", "weightp": "0", "scenecut": "0", "b-pyramid": "none"}, 16.65)
_FEWER = LEAD.change({"rc-lookahead": "6", "aq-strength": "0.6", "weightp": "0", "scenecut": "0", **_STEADY}, 16.4)
FINAL = _FEWER.change({"trellis": "1"}, 17.5)
PROXY = Setting("PROXY", "ultrafast", 26.25, {"bframes": "2", "aq-mode": "1", "8x8dct": "1"})
_PROXY_TREE = Setting(
    "PROXY", "ultrafast", 22, {"mbtree": "1", "rc-lookahead": "4", "bframes": "2", "aq-mode": "1", "8x8dct": "1"}
)
NAMED = {VERYFAST: "FINAL before", FINAL: "FINAL", ULTRAFAST: "PROXY before", PROXY: "PROXY"}
"""The settings to point out in table and plot."""

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "bframes": ("3", "1", "0"),
    "rc-lookahead": ("4", "12", "20"),
    "cabac": ("0",),
    "trellis": ("1",),
    "aq-strength": ("0.8", "0.6", "1.2"),
    "subme": ("0", "2"),
    "partitions": ("none", "i4x4", "p8x8,i8x8,i4x4"),
    "weightp": ("0",),
    "weightb": ("0",),
    "deblock": ("-1,-1", "1,1"),
    "no-deblock": ("1",),
    "b-pyramid": ("none",),
    "mbtree": ("0",),
    "qcomp": ("0.7", "0.5"),
    "psy": ("0",),
    "8x8dct": ("0",),
    "aq-mode": ("2", "3"),
    "b-adapt": ("1",),
    "ref": ("2",),
    "scenecut": ("0",),
    "chroma-me": ("0",),
    "fast-pskip": ("0",),
    "direct": ("none", "temporal"),
    "ipratio": ("1.2", "1.6"),
    "pbratio": ("1.15", "1.5"),
    "deadzone-inter": ("14", "26"),
    "deadzone-intra": ("7", "15"),
    "merange": ("8",),
    "chroma-qp-offset": ("2",),
}
"""The fields of x264 that a first round changes one by one, the most promising first."""


def list_settings() -> Iterator[Setting]:
    """Yield the settings among which FINAL and PROXY were found, in the order in which they are measured."""
    yield LEAD
    yield from _list_first_looks()
    yield from _combine()
    yield from _refine()
    yield LEAD.change(crf=17.5)
    yield Setting("FINAL", "superfast", 18)
    for name, values in _FIELDS.items():
        for value in values:
            yield LEAD.change({name: value})


def list_finalists() -> Iterator[Setting]:
    """Yield FINAL and PROXY, and the settings that came close to them."""
    yield FINAL
    yield PROXY
    yield _FEWER.change({"cabac": "0", "aq-strength": "0.5"}, 17.25)
    yield _FEWER.change({"cabac": "0", "bframes": "3"})
    yield _FEWER.change({"bframes": "3"}, 16.5)
    yield FINAL.change(crf=18.25)
    yield FINAL.change(crf=15.5)  # CQ 16: for archives
    yield FINAL.change({"aq-strength": "0.7"}, 18)
    yield _PROXY_TREE


def _list_first_looks() -> Iterator[Setting]:
    yield ULTRAFAST
    yield QUICK_LEAD
    for crf in (27, 30):
        yield Setting("PROXY", "ultrafast", crf)
        tree = {"mbtree": "1", "rc-lookahead": "4", "bframes": "2", "aq-mode": "1"}
        quick = Setting("PROXY", "ultrafast", crf - 3, tree)
        yield quick
        yield quick.change({"8x8dct": "1"})
        yield quick.change({"no-deblock": "0"})
        yield quick.change({"no-deblock": "0", "cabac": "1"})
        yield quick.change({"no-deblock": "0", "subme": "1", "weightp": "1"})
        yield quick.change({"no-deblock": "0", "rc-lookahead": "8"})
    yield Setting("PROXY", "superfast", 26)
    yield QUICK_LEAD.change(crf=24)
    yield QUICK_LEAD.change({"cabac": "0"})
    yield QUICK_LEAD.change({"subme": "0", "cabac": "0"})


def _combine() -> Iterator[Setting]:
    """Yield changes of several fields that helped alone."""
    for strength, crf in (("1.0", 17.5), ("0.8", 17.5), ("0.8", 18), ("0.6", 18)):
        yield LEAD.change({"cabac": "0", "aq-strength": strength}, crf)
    yield LEAD.change({"aq-strength": "0.8"}, 17.5)
    yield LEAD.change({"aq-strength": "0.8"}, 18)
    yield LEAD.change({"rc-lookahead": "12", "aq-strength": "0.8"}, 18)
    yield LEAD.change({"rc-lookahead": "12", "aq-strength": "0.8", "cabac": "0"}, 18)
    yield LEAD.change({"rc-lookahead": "20"}, 18.5)
    yield LEAD.change({"qcomp": "0.5"}, 16)
    yield LEAD.change({"trellis": "1"}, 18)
    yield LEAD.change({"bframes": "3", "aq-strength": "0.8"}, 16.5)
    yield LEAD.change({"weightp": "0", "scenecut": "0", "partitions": "none", "aq-strength": "0.8"}, 17.5)
    yield LEAD.change({"aq-mode": "2"}, 17.5)
    yield LEAD.change({"aq-mode": "3"}, 18)
    fields = {**LEAD.fields, "aq-mode": "1", "8x8dct": "1", "cabac": "1", "weightp": "1", "no-deblock": "0"}
    yield Setting("FINAL", "ultrafast", 16.5, fields)


def _refine() -> Iterator[Setting]:
    """Yield changes around the best of ``_combine``: less adaptive quantization, nothing for fades and scene cuts."""
    yield _FLAT
    yield _FEWER
    quick = _FLAT.change(crf=17)
    yield quick
    yield LEAD.change({"aq-strength": "0.6", "weightp": "0"})
    yield quick.change({"cabac": "0"})
    yield quick.change({"cabac": "0", "aq-strength": "0.5"}, 17.5)
    yield quick.change({"aq-strength": "0.4"}, 17.5)
    yield quick.change({"trellis": "1"}, 18)
    yield quick.change({"trellis": "1"}, 17.5)
    yield quick.change({"trellis": "1", "cabac": "0"}, 17.5)
    yield quick.change({"trellis": "1", "bframes": "3"}, 17)
    yield quick.change({"rc-lookahead": "12"}, 17.5)
    yield quick.change({"deadzone-inter": "14"}, 17.5)
    yield _PROXY_TREE.change(crf=23)
    yield _PROXY_TREE.change({"rc-lookahead": "2"})
    yield _PROXY_TREE.change({"bframes": "3"})
    yield _PROXY_TREE.change({"aq-strength": "0.6"}, 23)
    yield _PROXY_TREE.change({"no-deblock": "0"}, 23)
    yield _PROXY_TREE.change({"no-deblock": "0", "subme": "1"}, 23)

"""List settings for archives: x264's presets from faster to slow, and the slower ones with fields that may save CPU."""

from collections.abc import Iterator

from tests.bench.encoder_search.settings import Setting

MEDIUM, SLOW = Setting("FINAL", "medium", 18), Setting("FINAL", "slow", 18)
_LEAN = {"ref": "1", "rc-lookahead": "20", "subme": "6"}


def list_archives() -> Iterator[Setting]:
    """Yield the presets as x264 has them, then with changes; all are measured like FINAL."""
    yield MEDIUM
    yield MEDIUM.change({"ref": "1"})
    yield MEDIUM.change(_LEAN)
    yield MEDIUM.change({**_LEAN, "b-adapt": "0", "bframes": "2"})
    yield MEDIUM.change({**_LEAN, "partitions": "i8x8,i4x4"})
    yield MEDIUM.change({"ref": "1", "rc-lookahead": "20", "subme": "4", "me": "dia"})
    yield MEDIUM.change({"rc-lookahead": "20"})
    yield MEDIUM.change({"subme": "6"})
    yield MEDIUM.change({"b-adapt": "0"})
    yield Setting("FINAL", "faster", 18)
    yield SLOW
    yield SLOW.change({"ref": "2", "rc-lookahead": "30"})
    yield SLOW.change({"ref": "1", "rc-lookahead": "20", "trellis": "1"})

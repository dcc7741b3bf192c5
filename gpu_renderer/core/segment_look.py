"""Cut the look of a brand to one segment. Pure.

A segment holds only what its pixels depend on, so that another font leaves the keys of segments without text alone.
"""

from collections.abc import Iterator

from sutradhar.domain.plan.brand import BrandColors, BrandLook
from sutradhar.domain.video.timeline import MediaRef

_PLAIN = BrandLook.constant()


def cut_look(look: BrandLook | None, *, has_text: bool, has_logo: bool) -> BrandLook | None:
    """Return the part of ``look`` that a segment shows; None if that is the usual look."""
    if look is None:
        return None
    if not has_text:
        look = look.evolve(fonts={}, colors=BrandColors(), caption_place="bottom")
    if not has_logo:
        look = look.evolve(logo=None)
    return None if look == _PLAIN else look


def list_look_files(look: BrandLook | None) -> Iterator[MediaRef]:
    """Yield the files that ``look`` draws with."""
    if look:
        files = [*look.fonts.values(), *([look.logo.file] if look.logo else [])]
        yield from (MediaRef(blob=file.blob, sha256=file.sha256) for file in files)

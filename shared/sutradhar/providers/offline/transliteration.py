"""Write Hindi words in Latin letters, for voices that read nothing else: ``प्रह्लाद`` becomes ``prahlaad``."""

import re


def _parse_table(pairs: str) -> dict[str, str]:
    flat = pairs.split()
    return dict(zip(flat[::2], flat[1::2], strict=True))


_VOWELS = _parse_table("अ a आ aa इ i ई ee उ u ऊ oo ऋ ri ए e ऐ ai ओ o औ au ऑ o ऍ e")
_SIGNS = _parse_table("ा aa ि i ी ee ु u ू oo ृ ri े e ै ai ो o ौ au ॉ o ॅ e")
_CONSONANTS = _parse_table(
    "क k ख kh ग g घ gh ङ ng च ch छ chh ज j झ jh ञ ny ट t ठ th ड d ढ dh ण n त t थ th द d ध dh न n"
    " प p फ ph ब b भ bh म m य y र r ल l व v श sh ष sh स s ह h ळ l"
)
_NUKTA = _parse_table("क k ख kh ग g ज z ड r ढ rh फ f")
_MARKS = _parse_table("ं n ँ n ः h । . ॥ . ॐ om ० 0 १ 1 २ 2 ३ 3 ४ 4 ५ 5 ६ 6 ७ 7 ८ 8 ९ 9")
_VIRAMA, _NUKTA_SIGN = "्", "़"
_CLUSTER = re.compile(
    f"([{''.join(_CONSONANTS)}])({_NUKTA_SIGN}?)([{''.join(_SIGNS)}{_VIRAMA}]?)|([\u0900-\u097f])|([\u200c\u200d])"
)
_INHERENT = "\x00"
_FINAL = re.compile(rf"(?<=[\w{_INHERENT}]\w){_INHERENT}(?!\w)")


def transliterate_devanagari(text: str) -> str:
    """Return ``text`` with its Devanagari letters spelled in Latin ones and everything else unchanged.

    The inherent vowel is dropped at the end of a word, as Hindi is spoken (राम is raam).
    """
    latin = _CLUSTER.sub(_spell_cluster, text)
    return _FINAL.sub("", latin).replace(_INHERENT, "a")


def _spell_cluster(match: re.Match[str]) -> str:
    """Spell one cluster. An inherent vowel is only marked: its place in the word decides whether it is spoken."""
    consonant, nukta, sign, other, _ = match.groups()
    if consonant:
        letters = (_NUKTA.get(consonant) if nukta else None) or _CONSONANTS[consonant]
        return letters + ("" if sign == _VIRAMA else _SIGNS.get(sign, _INHERENT))
    return _VOWELS.get(other) or _MARKS.get(other, "") if other else ""

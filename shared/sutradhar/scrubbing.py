"""Remove secrets from lines of the log: the configured ones by value, others by the name that stands before them."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

HIDDEN = "[hidden]"
_MIN_CHARS = 8
"""A shorter value is a word that also occurs elsewhere."""
_WORDS = r"api[-_]?key|secret|token|password|passwd|authorization|cookie|credentials?|signature|dsn"
_SECRET_NAME = re.compile(rf"(^|[-_.])({_WORDS})s?$", re.IGNORECASE)
SECRET_VARIABLE = re.compile(r"((KEY|SECRET|TOKEN|PASSWORD|DSN)(_JSON)?|API_KEY_(ADMIN|CREATOR))$")
"""The end of the name of an environment variable that holds a secret."""
SECRET_PATTERNS = (
    # Authorization: Bearer abc; the scheme stays
    re.compile(r"(?P<name>\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE),
    # api_key=abc, "token": "abc", X-Goog-Signature=abc, x-api-key: abc
    re.compile(
        rf"(?P<name>\b[\w-]*(?:{_WORDS})[\"']?\s*[=:]\s*[\"']?)(?!\s*(?:bearer|basic)\b)[^\s\"'&,;}}\])]{{3,}}",
        re.IGNORECASE,
    ),
    # user:password@host
    re.compile(r"(?P<name>\b[a-z][a-z0-9+.-]*://[^\s/:@]*:)[^\s/@]+(?=@)", re.IGNORECASE),
    # keys that providers mark by their beginning: OpenAI, Google, Stripe-like secrets of webhooks, and ours
    re.compile(r"(?P<name>\b(?:sk[-_]|AIza|whsec_))[A-Za-z0-9_+/=-]{8,}"),
    # our view tokens, which stand in URLs
    re.compile(r"(?P<name>\bsvt_)[A-Za-z0-9._-]{8,}"),
    # Google's OAuth: secrets of clients, access tokens, refresh tokens and codes
    re.compile(r"(?P<name>\b(?:GOCSPX-|ya29\.)|(?<![\w/])[14]//?0)[A-Za-z0-9._-]{20,}"),
)
SECRET_SIGN = re.compile(rf"bearer|basic|{_WORDS}|://|sk[-_]|AIza|whsec_|svt_|GOCSPX-|ya29\.|[14]//?0", re.IGNORECASE)
"""Every text that one of the patterns matches has one of these. Most texts have none, and one search is quick."""


@lru_cache(maxsize=1_000)
def _is_secret_name(name: str) -> bool:
    """Return whether a field of this name holds a secret."""
    return bool(_SECRET_NAME.search(name))


class Scrubber:
    """Hides secrets in values that are about to be logged."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({s for s in secrets if len(s) >= _MIN_CHARS}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def scrub(self, value: object, name: str = "") -> object:
        """Return ``value`` without secrets, at any depth. ``name``: the field that holds it."""
        if value and _is_secret_name(name):
            return HIDDEN
        if isinstance(value, Mapping):
            return {key: self.scrub(inner, str(key)) for key, inner in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.scrub(inner) for inner in value]
        if isinstance(value, bool | int | float) or value is None:
            return value
        return self.scrub_text(str(value))

    def scrub_text(self, text: str) -> str:
        """Return ``text`` without secrets."""
        if self._known:
            text = self._known.sub(HIDDEN, text)
        for pattern in SECRET_PATTERNS if SECRET_SIGN.search(text) else ():
            text = pattern.sub(rf"\g<name>{HIDDEN}", text)
        return text


def list_secrets(environment: Mapping[str, str]) -> list[str]:
    """Return the values of the variables that hold secrets, by their names."""
    return [text for name, text in environment.items() if SECRET_VARIABLE.search(name)]

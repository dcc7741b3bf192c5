"""Check the URL of a webhook receiver, as far as the text alone tells."""

import re
from urllib.parse import urlsplit

from sutradhar.domain.core.public_address import is_address, is_loopback_address, is_public_address

MAX_CHARS = 2000
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?", re.IGNORECASE)
_OWN_NAMES = ("localhost", "local", "internal", "home.arpa", "lan", "intranet", "corp", "home")
"""Last parts of names that only a local network knows."""


def check_webhook_url(url: str) -> str:
    """Return ``url`` if it can be the URL of a receiver, public or on this machine.

    Raises:
        ValueError: it is none.
    """
    if len(url) > MAX_CHARS:
        raise ValueError(f"may have {MAX_CHARS} characters (got {len(url)})")
    if not re.fullmatch(r"[!-~]+", url):
        raise ValueError("may have ASCII characters without spaces only; encode others (%20, xn--...)")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("is no URL; send one such as https://example.com/hooks") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or "\\" in url:
        raise ValueError("must be a URL such as https://example.com/hooks")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must have no user name or password; check the signature of the webhook instead")
    if not is_address(parts.hostname) and not _is_name(parts.hostname):
        raise ValueError("must have the name of a host, such as example.com")
    return url


def explain_refusal(url: str, allow_loopback: bool) -> str:
    """Return why no webhook is sent to the checked ``url``; empty: the text gives no reason. A name may still turn out
    to have a private address when it is connected to.

    Args:
        allow_loopback: also allow receivers on this machine, with http.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if allow_loopback and (host == "localhost" or is_loopback_address(host)):
        return ""
    if is_address(host):
        if not is_public_address(host):
            return "must be an address on the public internet, not a private, local or reserved one"
    elif "." not in host or host.rpartition(".")[2].lower() in _OWN_NAMES or host.lower().endswith(".home.arpa"):
        return "must be the name of a host on the public internet"
    if parts.scheme != "https":
        return "must begin with https://"
    return ""


def _is_name(host: str) -> bool:
    # a last part of digits, or 0x.., would be read as an IPv4 address in another notation (127.1, 0x7f.1)
    last = host.rstrip(".").rpartition(".")[2]
    is_number = re.fullmatch(r"[0-9]+|0x[0-9a-f]*", last, re.IGNORECASE)
    return len(host) <= 253 and bool(_NAME.fullmatch(host)) and not is_number

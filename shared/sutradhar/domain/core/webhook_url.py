"""Check that a text can be the URL of a webhook receiver. ``webhook_target`` tells whether webhooks may go there.

Every plan is read with this module, so it imports and compiles nothing until a plan has such a URL.
"""

import re

MAX_CHARS = 2000


def check_webhook_url(url: str) -> str:
    """Return ``url`` if it can be the URL of a receiver, public or on this machine.

    Raises:
        ValueError: it is none.
    """
    if len(url) > MAX_CHARS:
        raise ValueError(f"may have {MAX_CHARS} characters (got {len(url)})")
    if not re.fullmatch(r"[!-~]+", url):
        raise ValueError("may have ASCII characters without spaces only; encode others (%20, xn--...)")
    parts = re.fullmatch(
        r"https?://(?P<user>[^/?#\\]*@)?(?P<host>\[[0-9a-f:.]+\]|[^/?#@:\\\[\]]+)(:(?P<port>[0-9]{1,5}))?([/?#].*)?",
        url,
        re.IGNORECASE,
    )
    if not parts or not 1 <= int(parts["port"] or 443) <= 65_535 or "\\" in url:
        raise ValueError("must be a URL such as https://example.com/hooks")
    if parts["user"]:
        raise ValueError("must have no user name or password; check the signature of the webhook instead")
    if not parts["host"].startswith("[") and not _is_ipv4(parts["host"]) and not _is_name(parts["host"]):
        raise ValueError("must have the name of a host, such as example.com")
    return url


def _is_ipv4(host: str) -> bool:
    numbers = host.split(".")
    return len(numbers) == 4 and all(re.fullmatch(r"0|[1-9][0-9]{0,2}", n) and int(n) < 256 for n in numbers)


def _is_name(host: str) -> bool:
    name = host.removesuffix(".")
    # a last part of digits, or 0x.., would be read as an IPv4 address in another notation (127.1, 0x7f.1)
    is_number = re.fullmatch(r"[0-9]+|0x[0-9a-f]*", name.rpartition(".")[2], re.IGNORECASE)
    labels = name.split(".")
    is_name = all(re.fullmatch(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", label, re.IGNORECASE) for label in labels)
    return len(host) <= 253 and is_name and not is_number

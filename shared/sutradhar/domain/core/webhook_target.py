"""Tell from a URL where no webhook may go."""

from urllib.parse import urlsplit

from sutradhar.domain.core.public_address import is_address, is_loopback_address, is_public_address

_OWN_NAMES = ("localhost", "local", "internal", "lan", "intranet", "corp", "home")
"""Last parts of names that only a local network knows."""


def explain_refusal(url: str, allow_loopback: bool) -> str:
    """Return why no webhook is sent to ``url``, which ``check_webhook_url`` has accepted; empty: the text gives no
    reason. A name may still turn out to have a private address when it is connected to.

    Args:
        allow_loopback: also allow receivers on this machine, with http.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return "must have an IPv6 address between [ and ]"
    host = (parts.hostname or "").rstrip(".")
    if allow_loopback and (host == "localhost" or is_loopback_address(host)):
        return ""
    if is_address(host):
        if not is_public_address(host):
            return "must be an address on the public internet, not a private, local or reserved one"
    elif "." not in host or host.rpartition(".")[2] in _OWN_NAMES or host.endswith(".home.arpa"):
        return "must be the name of a host on the public internet"
    return "" if parts.scheme == "https" else "must begin with https://"

"""Tell the public addresses of the internet from all others, which a caller must not make our servers call."""

from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_SPECIAL_IPV4 = (
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24"
    " 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24"
    " 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
    " 168.63.129.16/32"
)
"""iana.org/assignments/iana-ipv4-special-registry, multicast, and the address under which Azure's machines reach their
host. A table of ours: the flags of Python's ``ipaddress`` differ between its versions."""
_GLOBAL_IPV6 = "2000::/3"
"""The only block of which global unicast addresses are given out (iana.org/assignments/ipv6-address-space)."""
_SPECIAL_IPV6 = "2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20"
"""iana.org/assignments/iana-ipv6-special-registry inside ``_GLOBAL_IPV6``."""
_EMBEDDING = ("::ffff:0:0/96", "64:ff9b::/96")
"""Blocks whose last 32 bits are the IPv4 address that is meant: mapped (RFC 4291), and NAT64 (RFC 6052)."""


def is_public_address(text: str) -> bool:
    """Return whether ``text`` is a global unicast address. An IPv4 address inside an IPv6 address is judged itself."""
    address = _parse(text)
    if address is None:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _networks4())
    allowed, special = _networks6()
    return address in allowed and not any(address in network for network in special)


def is_loopback_address(text: str) -> bool:
    """Return whether ``text`` is an address of this machine itself."""
    address = _parse(text)
    if isinstance(address, IPv4Address):
        return address in IPv4Network("127.0.0.0/8")
    return address == IPv6Address("::1")


def is_address(text: str) -> bool:
    """Return whether ``text`` is an address rather than a name."""
    return _parse(text) is not None


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address, unwrapped; None if ``text`` is none, or has a zone (``fe80::1%eth0``)."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.scope_id:
            return None
        if any(address in IPv6Network(block) for block in _EMBEDDING):
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


@cache
def _networks4() -> tuple[IPv4Network, ...]:
    return tuple(map(IPv4Network, _SPECIAL_IPV4.split()))


@cache
def _networks6() -> tuple[IPv6Network, tuple[IPv6Network, ...]]:
    return IPv6Network(_GLOBAL_IPV6), tuple(map(IPv6Network, _SPECIAL_IPV6.split()))

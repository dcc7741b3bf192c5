"""Only global unicast addresses are public, however they are written."""

import pytest

from sutradhar.domain.core.public_address import is_loopback_address, is_public_address


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "11.0.0.0"]
)
def test_global_unicast_is_public(address: str) -> None:
    assert is_public_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.2.1",
        "198.18.0.1",
        "203.0.113.9",
        "0.0.0.0",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "2606:2800::1%eth0",
        "fc00::1",
        "fd20:ce::254",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "2001::1",
        "2002:7f00:1::",
        "2002:808:808::",
        "3fff::1",
        "5f00::1",
        "100::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:a00:1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::8.8.8.8",
        "::127.0.0.1",
        "::8.8.8.8",
        "0177.0.0.1",
        "0x7f.1",
        "2130706433",
        "127.1",
        "example.com",
        "",
    ],
)
def test_every_other_address_is_not(address: str) -> None:
    assert not is_public_address(address)


def test_this_machine_has_loopback_addresses() -> None:
    assert all(map(is_loopback_address, ("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1")))
    assert not any(map(is_loopback_address, ("128.0.0.1", "::2", "localhost", "0.0.0.0")))

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest

from stackmark.adapters.addresses import is_public

INSIDE = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1
127.255.255.254 168.63.129.16 169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1
192.0.0.192 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1 192.168.0.1 192.175.48.1 198.18.0.1
198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::2 100::1 64:ff9b:1::1 64:ff9b:1:ffff::8.8.8.8 2001::1 2001:2::1 2001:10::1 2001:20::1
2001:db8::1 2001:1ff::1 2002:7f00:1:: 2002:808:808::1 2620:4f:8000::1 3ffe::1 3fff::1 5f00::1
4000::1 8000::1 fc00::1 fd00:ec2::254 fdff::1 fe80::1 febf::1 fec0::1 feff::1 ff02::1 ff0e::1
::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:169.254.169.254
64:ff9b::7f00:1 64:ff9b::10.0.0.1 64:ff9b::169.254.169.254
2001:0:4136:e378:8000:63bf:3fff:fdd2
""".split()

OUTSIDE = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 93.184.216.34 100.63.255.255 100.128.0.0 126.255.255.255
128.0.0.0 168.63.129.15 168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0
192.0.1.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255
2000::1 2001:200::1 2001:4860:4860::8888 2606:2800:220:1::1 2a00:1450::1 3fff:1000::1
::ffff:8.8.8.8 64:ff9b::8.8.8.8
""".split()


@pytest.mark.parametrize("address", INSIDE)
def test_inside_addresses_are_not_public(address):
    assert not is_public(address)
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_outside_addresses_are_public(address):
    assert is_public(address)
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.org",
        "8.8.8",
        "08.8.8.8",
        "0x8.8.8.8",
        "134744072",
        "8.8.8.8 ",
        "8.8.8.8/32",
        "2606:2800::1%eth0",
        "[2606:2800::1]",
        "８.8.8.8",
    ],
)
def test_other_spellings_are_not_public(text):
    assert not is_public(text)


def test_never_more_public_than_the_standard_library():
    step = 2**32 // 4099
    for number in range(0, 2**32, step):
        address = IPv4Address(number)
        assert not is_public(address) or address.is_global
        mapped = IPv6Address((0xFFFF << 32) | number)
        assert is_public(mapped) == is_public(address)

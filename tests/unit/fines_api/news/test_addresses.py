from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fines_api.kit.errors import InvalidError
from fines_api.news.addresses import checked_addresses, is_local, is_public, parse_target

PORTS = {"https": 443, "http": 80}
_V4 = st.integers(0, 2**32 - 1).map(IPv4Address)
_PRIVATE_V4 = st.one_of(
    *(
        st.ip_addresses(v=4, network=network)
        for network in (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
        )
    )
)  # fmt: skip


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a02:6b8::2:242"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "127.0.0.1", "10.1.2.3", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.100.100.200",
        "192.0.0.192", "168.63.129.16", "198.51.100.7", "203.0.113.9", "192.88.99.1", "224.0.0.1", "239.1.1.1",
        "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::8.8.8.8",
        "64:ff9b::8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:808:808::1", "2001::1",
        "2001:db8::1", "3fff::1", "100::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "2606:4700::1%1",
        "fec0::1", "ff02::1", "5f00::1", "", "localhost", "1.2.3", "8.8.8.8 ", "0x08080808", "08.8.8.8",
    ],
)  # fmt: skip
def test_everything_else_is_not(address: str) -> None:
    assert not is_public(address)


@given(_V4)
def test_a_public_v4_address_is_no_special_one(address: IPv4Address) -> None:
    if is_public(str(address)):
        assert address.is_global
        assert not any((address.is_multicast, address.is_private, address.is_reserved, address.is_link_local))


@given(st.ip_addresses(v=6))
def test_a_public_v6_address_is_no_special_one(address: IPv6Address) -> None:
    if is_public(str(address)):
        assert address.is_global
        assert not any((address.is_multicast, address.is_site_local, address.is_link_local))
        assert (address.ipv4_mapped, address.sixtofour, address.teredo) == (None, None, None)


@given(_PRIVATE_V4)
def test_no_private_v4_address_gets_through_in_any_dress(address: IPv4Address) -> None:
    number = int(address)
    dresses = [
        address,
        IPv6Address(number),
        IPv6Address((0xFFFF << 32) | number),
        IPv6Address((0x64FF9B << 96) | number),
        IPv6Address((0x64FF9B0001 << 80) | number),
        IPv6Address((0x2002 << 112) | (number << 80) | 1),
        IPv6Address((0x20010000 << 96) | (~number & 0xFFFFFFFF)),
    ]
    assert not any(is_public(str(each)) for each in dresses)
    assert not any(is_public(each.exploded) for each in dresses)


@given(st.ip_addresses())
def test_metadata_is_never_local(address: Any) -> None:
    assert not (is_public(str(address)) and is_local(str(address)))
    assert not any(map(is_local, ("169.254.169.254", "fe80::1", "fd00:ec2::254", "::ffff:127.0.0.1", "0.0.0.0", "::")))


@given(st.lists(st.ip_addresses(), min_size=1, max_size=4))
def test_one_bad_answer_refuses_the_name(answers: list[Any]) -> None:
    target = parse_target("https://example.org/x", PORTS, frozenset())
    texts = [str(each) for each in answers]
    if all(map(is_public, texts)):
        assert checked_addresses(target, lambda _h, _p: texts) == tuple(texts)
        return
    with pytest.raises(InvalidError, match=r"news\.address_refused"):
        checked_addresses(target, lambda _h, _p: texts)


def test_a_named_host_may_be_local_but_not_metadata() -> None:
    target = parse_target("http://Demo.Local./x?y=1", PORTS, frozenset({"demo.local"}))
    assert (target.host, target.port, target.path, target.is_tls) == ("demo.local", 80, "/x?y=1", False)
    assert checked_addresses(target, lambda _h, _p: ["127.0.0.1", "10.0.0.7"]) == ("127.0.0.1", "10.0.0.7")
    with pytest.raises(InvalidError, match=r"news\.address_refused"):
        checked_addresses(target, lambda _h, _p: ["127.0.0.1", "169.254.169.254"])


def test_a_name_without_an_answer_is_told_so() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    target = parse_target("https://example.org", PORTS, frozenset())
    for resolve in (unknown, lambda _h, _p: []):
        with pytest.raises(InvalidError, match=r"news\.address_unknown"):
            checked_addresses(target, resolve)


@pytest.mark.parametrize(
    "address",
    [
        "", "example.org", "//example.org/", "ftp://example.org/", "http://example.org/", "https://",
        "https:///x", "https://user@example.org/", "https://user:pw@example.org/", "https://example.org/#x",
        "https://example.org:0/", "https://example.org:99999/", "https://exa mple.org/", "https://example.org/a b",
        "https://example.org/\r\nHost: x", "https://пример.рф/", "https://[fe80::1%25eth0]/", "https://[::1/",
        "https://example.org\\@127.0.0.1/", "https://a..b/", "https://.a/", "https://-a/", "https://" + "a" * 64 + "/",
        "https://" + "a." * 130 + "a/", "https://example.org/" + "x" * 2000, "mqtts://example.org",
        "https://127.0.0.1%2f@example.org/", "https://$IFS/", "https://@/",
    ],
)  # fmt: skip
def test_what_is_no_address_for_news(address: str) -> None:
    with pytest.raises(InvalidError, match=r"news\.address: "):
        parse_target(address, PORTS, frozenset({"demo.local"}))


@given(st.text(max_size=60), st.text(max_size=30))
def test_no_text_makes_the_parser_fail_otherwise(host: str, rest: str) -> None:
    try:
        target = parse_target(f"https://{host}/{rest}", PORTS, frozenset())
    except InvalidError:
        return
    assert target.host == target.host.lower()
    assert target.host.isascii()
    assert target.is_tls
    assert not set(target.host + target.path) & set(" \r\n\\")


@given(st.ip_addresses(v=6))
def test_v6_literals_come_out_as_they_went_in(address: IPv6Address) -> None:
    target = parse_target(f"https://[{address}]:8443/hook", PORTS, frozenset())
    assert ip_address(target.host) == address
    assert target.authority == f"[{target.host}]:8443"

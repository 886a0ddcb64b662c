"""What is an address."""

import pytest

from photo_clip.core.addresses import is_address


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("https://host:8000", True),
        ("http://[::1]:80/path", True),
        ("host:8000", False),
        ("host", False),
        ("https://", False),
        ("https://host:0", False),
        ("https://host:port", False),
        ("https://[", False),
        ("ftp://host", False),
        ("", False),
    ],
)
def test_an_address_names_how_and_where(text: str, is_one: bool) -> None:
    assert is_address(text) is is_one


def test_a_proxy_may_be_reached_otherwise() -> None:
    assert is_address("socks5://host:1080", ("socks5",))
    assert not is_address("socks5://host:1080")

"""Tells addresses of servers from other words."""

from collections.abc import Collection
from urllib.parse import urlsplit


def is_address(text: str, schemes: Collection[str] = ("http", "https")) -> bool:
    """Whether a text is an address such as https://host:8000."""
    try:
        address = urlsplit(text)
        return address.scheme in schemes and bool(address.hostname) and address.port != 0
    except ValueError:
        return False

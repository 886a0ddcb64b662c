"""Towns by their names, for photos that were taken near one."""

import unicodedata
from collections.abc import Iterable


class Gazetteer:
    """Knows towns as packaging/places/build.py wrote them down, those with most people first."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._towns: dict[str, tuple[float, float]] = {}
        for line in lines:
            names, country, latitude, longitude, *_ = line.split("\t")
            place = (float(latitude), float(longitude))
            for name in names.split("|"):
                self._towns.setdefault(_key(name), place)
                self._towns.setdefault(_key(f"{name}, {country}"), place)

    def place_of(self, name: str) -> tuple[float, float] | None:
        """Return latitude and longitude of a town, “Paris” or “Paris, France”; of several the one with most people.

        Capitals and accents make no difference. None for a town that is not known.
        """
        return self._towns.get(_key(name))


def _key(name: str) -> str:
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return " ".join(plain.casefold().replace(",", " ").split())

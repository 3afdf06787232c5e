"""Write src/securecall/rating/data/areas.csv: what place each NANP area code belongs to.

Asks the phonenumbers package (Google's libphonenumber metadata) about every area code. Run it again
when area codes were added: python tools/make_areas.py
"""

import csv
from pathlib import Path

import phonenumbers
from phonenumbers import PhoneNumberType, geocoder

OUT = Path(__file__).parents[1] / "src/securecall/rating/data/areas.csv"

STATES = {
    "Alabama": "AL", "Alaska": "AK", "Arizona": "AZ", "Arkansas": "AR", "California": "CA",
    "Colorado": "CO", "Connecticut": "CT", "Delaware": "DE", "Florida": "FL", "Georgia": "GA",
    "Hawaii": "HI", "Idaho": "ID", "Illinois": "IL", "Indiana": "IN", "Iowa": "IA",
    "Kansas": "KS", "Kentucky": "KY", "Louisiana": "LA", "Maine": "ME", "Maryland": "MD",
    "Massachusetts": "MA", "Michigan": "MI", "Minnesota": "MN", "Mississippi": "MS",
    "Missouri": "MO", "Montana": "MT", "Nebraska": "NE", "Nevada": "NV", "New Hampshire": "NH",
    "New Jersey": "NJ", "New Mexico": "NM", "New York": "NY", "North Carolina": "NC",
    "North Dakota": "ND", "Ohio": "OH", "Oklahoma": "OK", "Oregon": "OR", "Pennsylvania": "PA",
    "Rhode Island": "RI", "South Carolina": "SC", "South Dakota": "SD", "Tennessee": "TN",
    "Texas": "TX", "Utah": "UT", "Vermont": "VT", "Virginia": "VA", "Washington": "WA",
    "West Virginia": "WV", "Wisconsin": "WI", "Wyoming": "WY", "Washington D.C.": "DC",
    "Washington State": "WA", "New York State": "NY",
}  # fmt: skip
TERRITORIES = {"PR", "VI", "GU", "AS", "MP"}
GEOGRAPHIC = {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
}


def region(area: int) -> str | None:
    """Return US-XX, US (no place), another country, or None if nobody has the code."""
    for exchange in ("234", "555", "600", "987", "200"):
        number = phonenumbers.parse(f"+1{area}{exchange}5678")
        country = phonenumbers.region_code_for_number(number)
        if country is None:
            continue
        if country in TERRITORIES:
            return f"US-{country}"
        if country != "US":
            return country
        if phonenumbers.number_type(number) not in GEOGRAPHIC:
            return "US"
        place = geocoder.description_for_number(number, "en")
        state = STATES.get(place) or STATES.get(place.rpartition(", ")[2])
        if state is None and place[-4:-2] == ", " and place[-2:] in STATES.values():
            state = place[-2:]
        if state is None:
            raise SystemExit(f"+1 {area}: no state in {place!r}")
        return f"US-{state}"
    return None


def main() -> None:
    with OUT.open("w", newline="") as file:
        file.write(f"# made by tools/make_areas.py from phonenumbers {phonenumbers.__version__}\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["area_code", "region"])
        for area in range(200, 1000):
            place = region(area)
            if place is not None:
                writer.writerow([area, place])


if __name__ == "__main__":
    main()

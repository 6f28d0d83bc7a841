"""Money without floats."""

import re
from dataclasses import dataclass

#: The largest amount that is read, in hundredths: beyond it a JSON number is no longer exact to two places.
LARGEST = 100_000_000_000_000

_DECIMAL = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")


@dataclass(frozen=True, order=True)
class Amount:
    """An amount in hundredths of a currency's unit: `Amount(8550)` is 85.50.

    In JSON and in routes it is a decimal number of at most two places, such as `85.5`; a text of that form is read as
    well. Amounts over a million million are refused. `minor` is what belongs into documents. """

    minor: int

    @classmethod
    def parse(cls, value: "str | int | float") -> "Amount":
        """Reads an amount exactly. Raises `ValueError` with the end of a sentence: `must be an amount such as
        12.50`."""
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise ValueError("must be an amount such as 12.50")
        if isinstance(value, (int, float)) and abs(value) * 100 > LARGEST:
            raise ValueError("must be an amount of at most 1000000000000")
        # The shortest decimal that means a float is the one that was sent.
        text = value if isinstance(value, str) else repr(value)
        if isinstance(value, float) and "e" in text:
            raise ValueError("must be an amount with at most two decimal places, such as 12.50")
        found = _DECIMAL.fullmatch(text)
        if found is None:
            raise ValueError("must be an amount such as 12.50")
        sign, whole, places = found[1], found[2], found[3] or ""
        if places[2:].strip("0"):
            raise ValueError("must be an amount with at most two decimal places, such as 12.50")
        if len(whole.lstrip("0")) > 13:
            raise ValueError("must be an amount of at most 1000000000000")
        minor = int(whole) * 100 + int(places[:2].ljust(2, "0"))
        if minor > LARGEST:
            raise ValueError("must be an amount of at most 1000000000000")
        return cls(-minor if sign else minor)

    def to_json(self) -> "int | float":
        """The JSON number that means this amount."""
        return self.minor // 100 if self.minor % 100 == 0 else self.minor / 100

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.minor + other.minor)

    def __sub__(self, other: "Amount") -> "Amount":
        return Amount(self.minor - other.minor)

    def __neg__(self) -> "Amount":
        return Amount(-self.minor)

    def __abs__(self) -> "Amount":
        return Amount(abs(self.minor))

    def __str__(self) -> str:
        sign = "-" if self.minor < 0 else ""
        return f"{sign}{abs(self.minor) // 100}.{abs(self.minor) % 100:02}"

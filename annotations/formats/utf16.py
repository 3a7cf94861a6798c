"""Offsets of tools that run in a browser, where a string is a row of UTF-16 code units."""

from itertools import accumulate


def code_units(text: str) -> list[int]:
    """For each code-point offset, the end included, the same place in UTF-16 code units."""
    # Characters outside the basic plane take two units.
    return list(accumulate((2 if ord(character) > 0xFFFF else 1 for character in text), initial=0))


def code_points(text: str) -> dict[int, int]:
    """For each offset in UTF-16 code units that splits no character, the code-point offset."""
    return {unit: point for point, unit in enumerate(code_units(text))}

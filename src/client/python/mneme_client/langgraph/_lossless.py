from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

MAX_DEPTH = 64
MAX_VALUES = 100_000
# The numbers of JSON are doubles in the service: a larger one would come back as its neighbour.
MAX_INTEGER = 2**53 - 1


def assert_lossless(what: str, value: Mapping[str, object]) -> None:
    """Raises a TypeError that names `what` and the place if the service would store something other than the value.

    Tuples become lists, and 1.0 becomes 1, which compare as equal or nearly so; nothing else changes.
    """
    open_: list[tuple[object, tuple[str | int, ...]]] = [(value, ())]
    count = 0
    while open_:
        found, path = open_.pop()
        problem = _problem(found)
        count += 1
        if problem is None and (len(path) > MAX_DEPTH or count > MAX_VALUES):
            problem = f"it contains itself, is nested deeper than {MAX_DEPTH} levels or has more than {MAX_VALUES} values"
        if problem is not None:
            place = f", at {'.'.join(map(str, path[:32]))[:200]}" if path else ""
            raise TypeError(f"{what} can't be stored: {problem}{place}.")
        open_.extend((child, (*path, key)) for key, child in _children(found))


def _problem(value: object) -> str | None:
    if value is None or isinstance(value, (bool, str, list, tuple)):
        return None
    if isinstance(value, int):
        return None if abs(value) <= MAX_INTEGER else "the service keeps integers to 2**53 - 1 exactly"
    if isinstance(value, float):
        return None if math.isfinite(value) else f"JSON has no {value}"
    if isinstance(value, Mapping):
        wrong = next((key for key in value if not isinstance(key, str)), None)
        return None if wrong is None else f"a key must be a string, not {wrong!r:.100}"
    return f"JSON has no {type(value).__name__}"


def _children(value: object) -> Iterator[tuple[str | int, object]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, (list, tuple)):
        yield from enumerate(value)

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

# The most bytes of one memory's text in the service.
MAX_BYTES = 32 * 1024
BLANK = "\t\n\v\f\r \u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000\ufeff"


def text_of(value: object, paths: Sequence[str]) -> str | None:
    """The text by which an item is found: the values at its paths, one per line. None: there is none.

    Only this text is cut, at 32 KiB; the value is kept whole. It is the same as that of the store of
    @mneme/checkpointer, so that a put of the same value in either language changes nothing.
    """
    found = (
        line
        for path in paths
        for part in ([value] if path == "$" else _values(value, re.findall(r"\[[^\]]*\]|[^.[]+", path)))
        for line in _lines(part, "")
    )
    text = cut_to("\n".join(found), MAX_BYTES)
    return None if is_blank(text) else text


def is_blank(text: str) -> bool:
    """Whether the service sees no character in it; Python's own white space is another set."""
    return text.strip(BLANK) == ""


def _values(value: object, tokens: Sequence[str]) -> Iterator[object]:
    """`chapters[*].content` is `chapters`, `[*]`, `content`."""
    if not tokens:
        yield value
        return
    token, rest = tokens[0], tokens[1:]
    for child in _elements(value, token[1:-1]) if token.startswith("[") else _fields(value, token):
        yield from _values(child, rest)


def _elements(value: object, index: str) -> Sequence[object]:
    if not isinstance(value, (list, tuple)):
        return []
    if index == "*":
        return value
    if not re.fullmatch(r"-?\d{1,9}", index, re.ASCII):
        return []
    at = int(index)
    return [value[at]] if -len(value) <= at < len(value) else []


def _fields(value: object, name: str) -> Sequence[object]:
    if not isinstance(value, Mapping):
        return []
    if name == "*":
        return list(value.values())
    return [value[name]] if name in value else []


def _lines(value: object, path: str) -> Iterator[str]:
    """A scalar alone is its text; in an object, its path stands before it: `address.city: Oslo`."""
    if value is None:
        return
    if isinstance(value, (list, tuple)):
        for element in value:
            yield from _lines(element, path)
    elif isinstance(value, Mapping):
        for name, child in value.items():
            yield from _lines(child, f"{path}.{name}" if path else str(name))
    else:
        text = value if isinstance(value, str) else _scalar(value)
        yield f"{path}: {text}" if path else text


def _scalar(value: object) -> str:
    """As JavaScript writes it, which has one kind of numbers."""
    if isinstance(value, float):
        if 1e-6 <= abs(value) < 1e21 or value == 0:
            text = f"{Decimal(repr(value)):f}"
            return text.rstrip("0").rstrip(".") if "." in text else text
        mantissa, _, exponent = repr(value).partition("e")
        return f"{mantissa}e{int(exponent):+d}"
    return json.dumps(value)


def cut_to(text: str, most: int) -> str:
    """The beginning of a text, in bytes of UTF-8; never cut inside a character."""
    data = text.encode(errors="surrogatepass")
    return text if len(data) <= most else data[:most].decode(errors="ignore")

"""LangGraph's names as mneme's, the same as those of the store of @mneme/checkpointer.

A label of mneme holds only `[A-Za-z0-9_-]`; LangGraph's may be any text, so any other one is escaped, one to one:
`user@x` is `--user_40x`. What begins like an escaped label is escaped as well, so no two labels are ever the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

PLAIN = re.compile(r"[A-Za-z0-9_-]+")
ESCAPED = "--"
UNSAFE = re.compile(r"[^A-Za-z0-9-]")
# Bytes of UTF-8; of half a surrogate pair, which has none, the UTF-16 unit.
ESCAPES = re.compile(r"((?:_[0-9a-f]{2})+|_u[0-9a-f]{4})")
# No URL can name an empty key, `.` or `..`: these, and what they become, get a `~` in front.
UNNAMEABLE = re.compile(r"~*\.{0,2}")


def encode_label(label: str) -> str:
    if PLAIN.fullmatch(label) and not label.startswith(ESCAPED):
        return label
    return ESCAPED + UNSAFE.sub(lambda match: _escaped(match[0]), label)


def _escaped(character: str) -> str:
    if "\ud800" <= character <= "\udfff":
        return f"_u{ord(character):x}"
    return "".join(f"_{byte:02x}" for byte in character.encode())


def decode_label(encoded: str) -> str | None:
    """None: no label of LangGraph's is encoded so."""
    if not encoded.startswith(ESCAPED):
        return encoded
    parts = ESCAPES.split(encoded.removeprefix(ESCAPED))
    label = "".join(part if at % 2 == 0 else _unescaped(part) for at, part in enumerate(parts))
    return label if encode_label(label) == encoded else None


def _unescaped(escaped: str) -> str:
    if escaped.startswith("_u"):
        return chr(int(escaped[2:], 16))
    return bytes.fromhex(escaped.replace("_", "")).decode(errors="replace")


def encode_namespace(root: Sequence[str], labels: Sequence[str]) -> str:
    return ".".join([*root, *map(encode_label, labels)])


def decode_namespace(root: Sequence[str], namespace: str) -> tuple[str, ...] | None:
    """None: it isn't the store's."""
    labels = namespace.split(".")
    if labels[: len(root)] != list(root):
        return None
    decoded = [decode_label(label) for label in labels[len(root) :]]
    known = tuple(label for label in decoded if label is not None)
    return known if len(known) == len(decoded) else None


def pattern_below(root: Sequence[str], labels: Sequence[str]) -> str:
    """Everything at and below a namespace, as a pattern of mneme's."""
    namespace = encode_namespace(root, labels)
    return f"{namespace}.**" if namespace else "**"


def encode_key(key: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in key):
        raise ValueError(f"A key must be well-formed Unicode, without a lone surrogate: {key!r}")
    return f"~{key}" if UNNAMEABLE.fullmatch(key) else key


def decode_key(key: str) -> str:
    return key[1:] if UNNAMEABLE.fullmatch(key) else key

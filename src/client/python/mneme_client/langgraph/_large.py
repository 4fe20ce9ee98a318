"""Values that the store for JavaScript keeps in a form of its own: as text, and the longest in parts.

An item of such a value has the metadata `mneme:value`; its parts are items of the same namespace, with `mneme:part`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Iterator, Mapping
from typing import Any

from .. import models
from .._errors import MnemeError
from .._request import Request
from ._ask import ITEM, Ask, Plan, Settings
from ._names import pattern_below

MARK = "mneme:value"
PART = "mneme:part"
# The store for JavaScript writes no more.
MAX_PARTS = 512
ASKED_EVERY_SECONDS = 60
# Writers of one item that meet; the last try is made whatever is there.
ATTEMPTS = 30


def is_marked(memory: models.Memory) -> bool:
    return MARK in memory.metadata


def is_part(memory: models.Memory) -> bool:
    return PART in memory.metadata


def unreadable(key: str, namespace: str) -> MnemeError:
    return MnemeError(
        "bad_answer",
        f"The item {json.dumps(key)} in {namespace} can't be read: its value was written in a form that only the "
        "JavaScript store reads.",
    )


def assert_unmarked(what: str, value: Mapping[str, Any]) -> None:
    """Raises a ValueError for a value that would read as one in another form."""
    for name in (MARK, PART):
        if name in value:
            raise ValueError(f'{what} can\'t be stored: its key "{name}" is reserved for the store.')


def are_here(settings: Settings) -> Generator[Ask, Any, bool]:
    """Whether the store has parts: asked once a minute, because to look at what each put replaces costs a request."""
    large, now = settings.large, time.monotonic()
    if large.asked_at is None or now - large.asked_at > ASKED_EVERY_SECONDS:
        query = {
            "namespace": pattern_below(settings.root, ()),
            "items_only": True,
            "metadata": {PART: {"exists": True}},
            "limit": 1,
        }
        # A key that may only write isn't told.
        page = yield Ask(Request("GET", "/v1/list", query=query), models.MemoryPage, ("forbidden",))
        large.here = page is not None and len(page.memories) > 0
        large.asked_at = now
    return large.here


def without_parts(pushed: dict[str, Any] | None, large: bool) -> dict[str, Any] | None:
    """A filter on metadata that also keeps parts away, where there are some."""
    if not large:
        return pushed
    whole = {PART: {"exists": False}}
    return whole if pushed is None else {"$and": [pushed, whole]}


def replace(settings: Settings, path: Mapping[str, str], about: str, body: dict[str, Any] | None) -> Plan:
    """Puts an item, or deletes it without a body, and deletes the parts of the version that this has replaced."""
    here = yield from are_here(settings)
    for attempt in range(1, ATTEMPTS + 1):
        before = None
        if here:
            before = yield Ask(Request("GET", ITEM, path=path), models.MemoryDetail, ("not_found", "forbidden"), about)
        parts = [] if before is None else list(_parts_of(before))
        # Another writer's parts are found by the version; without parts, there is nothing to miss.
        checked = len(parts) > 0 and attempt < ATTEMPTS
        changed = yield _change(path, about, body, before.version if checked and before is not None else None)
        if changed is not None or not checked:
            for key in parts:
                yield Ask(Request("DELETE", ITEM, path={"ns": path["ns"], "key": key}), None, ("not_found",), about)
            return


def _change(path: Mapping[str, str], about: str, body: dict[str, Any] | None, version: int | None) -> Ask:
    none_for = () if version is None else ("version_conflict",)
    if body is None:
        # It is deleted already.
        request = Request("DELETE", ITEM, path=path, if_match=version)
        return Ask(request, None, (*none_for, "not_found"), about)
    return Ask(Request("PUT", ITEM, path=path, body=body, if_match=version), models.Memory, none_for, about)


def _parts_of(memory: models.Memory) -> Iterator[str]:
    """Keys of the parts of an item's value, as the store for JavaScript names them."""
    written, count = memory.metadata.get("set"), memory.metadata.get("parts")
    if is_marked(memory) and isinstance(written, str) and type(count) is int and 0 < count <= MAX_PARTS:
        yield from (f"~part.{written}.{n}" for n in range(count))

"""What each operation of a store asks of the service, without saying how: plans are run with and without async.

A plan yields what it asks, is sent the answer (None where the service has no such thing), and returns its result.
"""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from langgraph.store.base import (
    GetOp,
    InvalidNamespaceError,
    Item,
    ListNamespacesOp,
    MatchCondition,
    Op,
    PutOp,
    SearchItem,
    SearchOp,
    validate_op_namespace,
)

from .. import models
from .._request import Request
from ._ask import ITEM, Ask, Plan, Settings
from ._filter import Filter, read_filter
from ._large import are_here, assert_unmarked, is_marked, is_part, unreadable, replace, without_parts
from ._lossless import assert_lossless
from ._names import decode_key, decode_namespace, encode_key, encode_label, encode_namespace, pattern_below
from ._text import cut_to, is_blank, text_of

# The most that a page of a list, and a recall, may hold.
PAGE_LIMIT = 200
RECALL_LIMIT = 100
# The longest query of a recall. Of a longer one, the beginning is searched.
QUERY_BYTES = 8 * 1024
# No namespace of mneme has more labels.
MAX_LABELS = 16


def plan_of(settings: Settings, op: Op) -> Plan:
    validate_op_namespace(op)
    if isinstance(op, PutOp):
        return _put(settings, op)
    if isinstance(op, GetOp):
        return _get(settings, op)
    if isinstance(op, SearchOp):
        return _search(settings, op)
    if isinstance(op, ListNamespacesOp):
        return _list_namespaces(settings, op)
    raise ValueError(f"Unknown operation: {type(op).__name__}")


def _put(settings: Settings, op: PutOp) -> Plan:
    """A None deletes; an item that isn't there is deleted already."""
    if len(op.namespace) == 0:
        raise InvalidNamespaceError("Namespace cannot be empty.")
    path = {"ns": encode_namespace(settings.root, op.namespace), "key": encode_key(op.key)}
    about = f" (item {json.dumps(op.key)} in {path['ns']})"
    if op.value is None:
        yield from replace(settings, path, about, None)
        return
    what = f"The value of the item {json.dumps(op.key)}"
    if not isinstance(op.value, Mapping):
        raise TypeError(f"{what} must be a dict, or None to delete it.")
    assert_unmarked(what, op.value)
    assert_lossless(what, op.value)
    text = None if op.index is False else text_of(op.value, settings.fields if op.index is None else op.index)
    body: dict[str, Any] = {"metadata": op.value}
    if text is not None:
        body["content"] = text
    if op.ttl is not None:
        if not (math.isfinite(op.ttl) and op.ttl > 0):
            raise ValueError(f"ttl must be a number of minutes above 0, not {op.ttl!r}.")
        body["ttl_seconds"] = math.ceil(op.ttl * 60)
    elif settings.forever:
        body["ttl_seconds"] = None
    yield from replace(settings, path, about, body)


def _get(settings: Settings, op: GetOp) -> Plan:
    place = encode_namespace(settings.root, op.namespace)
    if place == "":
        return None
    path = {"ns": place, "key": encode_key(op.key)}
    about = f" (item {json.dumps(op.key)} in {place})"
    memory = yield Ask(Request("GET", ITEM, path=path), models.MemoryDetail, ("not_found",), about)
    if memory is not None and is_marked(memory):
        raise unreadable(op.key, memory.namespace)
    return None if memory is None else _item(settings, memory)


def _item(settings: Settings, memory: models.Memory) -> Item | None:
    found = _fields_of(settings, memory)
    return None if found is None else Item(**found)


def _fields_of(settings: Settings, memory: models.Memory) -> dict[str, Any] | None:
    """None: this memory isn't an item of the store's."""
    namespace = decode_namespace(settings.root, memory.namespace)
    if memory.key is None or namespace is None or is_part(memory):
        return None
    return {
        "namespace": namespace,
        "key": decode_key(memory.key),
        "value": memory.metadata,
        "created_at": memory.recorded_at,
        "updated_at": memory.updated_at,
    }


def _search(settings: Settings, op: SearchOp) -> Plan:
    """Items at and below a namespace.

    With a query, first those that mneme's hybrid recall ranks, with their scores, at most 100. After that, and without
    a query, the others in the order of namespaces and of their creation, without a score. So `limit` and `offset` can
    reach everything that fulfils the filter. An item that only the JavaScript store reads is skipped, with a warning.
    """
    pattern = pattern_below(settings.root, op.namespace_prefix)
    filter_ = read_filter(op.filter)
    found: list[SearchItem] = []
    wanted, ranked, skip = op.offset + op.limit, set(), op.offset
    if op.limit <= 0:
        return found
    large = yield from are_here(settings)

    def fitting(memory: models.Memory, score: float | None) -> Iterator[SearchItem]:
        nonlocal skip
        fields = _fields_of(settings, memory)
        if fields is not None and is_marked(memory):
            warnings.warn(f"A search skips an item. {unreadable(fields['key'], memory.namespace).detail}", stacklevel=1)
        elif fields is not None and filter_.matches(fields["value"]):
            if skip > 0:
                skip -= 1
            else:
                yield SearchItem(**fields, score=score)

    if op.query is not None and not is_blank(op.query):
        recalled = yield _recall(pattern, op.query, filter_, wanted, large)
        for hit in [] if recalled is None else recalled.hits:
            ranked.add((hit.memory.namespace, hit.memory.key))
            found.extend(fitting(hit.memory, hit.score))
    cursor: str | None = None
    while len(found) < op.limit:
        page = yield _page(pattern, filter_, wanted, cursor, large)
        for memory in page.memories:
            if (memory.namespace, memory.key) not in ranked:
                found.extend(fitting(memory, None))
        cursor = page.cursor
        if cursor is None:
            break
    return found[: op.limit]


def _recall(pattern: str, query: str, filter_: Filter, wanted: int, large: bool) -> Ask:
    metadata = without_parts(filter_.pushed, large)
    body = {
        "query": cut_to(query, QUERY_BYTES),
        "namespaces": [pattern],
        "filter": {"items_only": True, **({} if metadata is None else {"metadata": metadata})},
        "limit": RECALL_LIMIT if filter_.rest else min(wanted, RECALL_LIMIT),
    }
    # Nothing to rank by: only stop words, and no embedder to ask for their meaning.
    return Ask(Request("POST", "/v1/recall", body=body), models.RecallResponse, ("query_without_terms",))


def _page(pattern: str, filter_: Filter, wanted: int, cursor: str | None, large: bool) -> Ask:
    query = {
        "namespace": pattern,
        "items_only": True,
        "limit": PAGE_LIMIT if filter_.rest else min(wanted, PAGE_LIMIT),
        "metadata": without_parts(filter_.pushed, large),
        "cursor": cursor,
    }
    return Ask(Request("GET", "/v1/list", query=query), models.MemoryPage)


def _list_namespaces(settings: Settings, op: ListNamespacesOp) -> Plan:
    """Namespaces that hold items now, in the order of the bytes of their names in mneme.

    The service looks for one prefix and one suffix, and cuts to a depth; further conditions are looked at here, on
    whole names, which are then cut here.
    """
    conditions = op.match_conditions or ()
    if op.max_depth is not None and op.max_depth < 1:
        raise ValueError(f"max_depth must be 1 or more, not {op.max_depth!r}.")
    for condition in conditions:
        if condition.match_type not in ("prefix", "suffix"):
            raise ValueError(f"Unsupported match type: {condition.match_type}")
    prefixes, suffixes = (
        [condition.path for condition in conditions if condition.match_type == kind] for kind in ("prefix", "suffix")
    )
    simple = len(prefixes) <= 1 and len(suffixes) <= 1
    prefix, suffix = (next(iter(paths), ()) for paths in (prefixes, suffixes))
    root = settings.root
    # A suffix mustn't reach into the root.
    least = ["*"] * max(0, len(suffix) - len(prefix)) if root else []
    depth = None if op.max_depth is None or not simple else len(root) + op.max_depth
    query: dict[str, Any] = {
        "prefix": ".".join([*root, *map(_step, prefix), *least]) or None,
        "suffix": ".".join(map(_step, suffix)) or None,
        "max_depth": None if depth is None or depth >= MAX_LABELS else depth,
        "items_only": True,
        "limit": PAGE_LIMIT,
    }
    found: dict[tuple[str, ...], None] = {}
    wanted = op.offset + op.limit
    while True:
        page = yield Ask(Request("GET", "/v1/namespaces", query=query), models.NamespacePage)
        for each in page.namespaces:
            labels = decode_namespace(root, each.namespace)
            if labels and (simple or all(_fits(labels, condition) for condition in conditions)):
                found[labels[: op.max_depth]] = None
        if page.cursor is None or len(found) >= wanted:
            return list(found)[op.offset : wanted]
        query["cursor"] = page.cursor


def _step(step: str) -> str:
    return step if step == "*" else encode_label(step)


def _fits(labels: Sequence[str], condition: MatchCondition) -> bool:
    path = condition.path
    if len(path) > len(labels):
        return False
    part = labels[: len(path)] if condition.match_type == "prefix" else labels[len(labels) - len(path) :]
    return all(step in ("*", label) for step, label in zip(path, part))

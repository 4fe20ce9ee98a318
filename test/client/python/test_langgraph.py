"""The store for LangGraph: the behaviours that LangGraph's own stores are tested for, and mneme's own."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Coroutine, Iterator
from datetime import datetime, timezone
from typing import Any, TypeVar

import pytest
from langgraph.graph import START, StateGraph
from langgraph.store.base import (
    BaseStore,
    GetOp,
    InvalidNamespaceError,
    Item,
    ListNamespacesOp,
    MatchCondition,
    Op,
    PutOp,
    SearchItem,
    SearchOp,
)
from langgraph.store.base.batch import AsyncBatchedBaseStore
from langgraph.store.memory import InMemoryStore
from mneme_client import MnemeClient, MnemeError
from mneme_client.langgraph import MnemeStore
from typing_extensions import TypedDict

T = TypeVar("T")


@pytest.fixture
def store(url: str, ns: str) -> Iterator[MnemeStore]:
    with MnemeStore(url, root_namespace=ns) as made:
        yield made


def run(store: MnemeStore, work: Coroutine[Any, Any, T]) -> T:
    """In an event loop of its own, which leaves no connection open."""

    async def main() -> T:
        try:
            return await work
        finally:
            await store.aclose()

    return asyncio.run(main())


def keys(items: list[SearchItem]) -> list[str]:
    return [item.key for item in items]


def test_an_item_is_put_read_replaced_and_deleted(store: MnemeStore) -> None:
    place = ("users", "ada")
    assert store.get(place, "tea") is None
    store.put(place, "tea", {"likes": "green", "cups": 2, "notes": ["hot", {"sugar": None}], "on": True})
    first = store.get(place, "tea")
    assert first is not None
    assert first.namespace == place and first.key == "tea"
    assert first.value == {"likes": "green", "cups": 2, "notes": ["hot", {"sugar": None}], "on": True}
    assert isinstance(first.created_at, datetime) and first.created_at.tzinfo is not None
    time.sleep(0.005)
    store.put(place, "tea", {"likes": "black"})
    second = store.get(place, "tea")
    assert second is not None and second.value == {"likes": "black"}
    assert second.created_at == first.created_at
    assert second.updated_at > first.updated_at
    store.delete(place, "tea")
    store.delete(place, "tea")
    assert store.get(place, "tea") is None


def test_it_does_so_with_async_in_one_loop_after_another(url: str, ns: str) -> None:
    store = MnemeStore(url, root_namespace=ns)

    async def use(n: int) -> None:
        await asyncio.gather(*(store.aput(("a",), f"k{each}", {"n": each + n}) for each in range(40)))
        found = await store.aget(("a",), "k7")
        assert found is not None and found.value == {"n": 7 + n}
        assert len(await store.asearch(("a",), limit=100)) == 40
        assert await store.alist_namespaces() == [("a",)]
        await store.adelete(("a",), "k7")
        assert await store.aget(("a",), "k7") is None

    run(store, use(0))
    run(store, use(1))


def test_the_same_key_is_another_item_in_each_namespace(store: MnemeStore, url: str, ns: str) -> None:
    for n, place in enumerate([("acct",), ("acct", "sub"), ("acct-sub",)]):
        store.put(place, "k", {"n": n})
    assert [item.value["n"] for item in store.search(("acct",))] == [0, 1]
    assert [item.value["n"] for item in store.search(())] == [0, 2, 1]
    with MnemeStore(url, root_namespace=f"{ns}x") as other:
        assert other.search(()) == []


@pytest.mark.parametrize("text", ["user@x", "--user", "ü 😀", "a/b?c#d%20", "*", "\ud800", "x" * 30, "__proto__"])
def test_any_label_and_text_is_one(store: MnemeStore, text: str) -> None:
    store.put(("any", text), "k", {"n": 1})
    assert store.list_namespaces(prefix=("any",)) == [("any", text)]
    (item,) = store.search(("any", text))
    assert item.namespace == ("any", text)
    found = store.get(("any", text), "k")
    assert found is not None and found.namespace == ("any", text)


@pytest.mark.parametrize("key", ["", ".", "..", "~", "~.", "a/b ü%?#", "\n", "x" * 256])
def test_any_key_is_one(store: MnemeStore, key: str) -> None:
    store.put(("keys",), key, {"key": key})
    found = store.get(("keys",), key)
    assert found is not None and (found.key, found.value) == (key, {"key": key})
    assert keys(store.search(("keys",))) == [key]
    store.delete(("keys",), key)
    assert store.search(("keys",)) == []


FILTERS: list[dict[str, Any]] = [
    {"kind": "a"},
    {"kind": "a", "n": 2},
    {"n": {"$gt": 2}},
    {"n": {"$gte": 2, "$lt": 4}},
    {"n": {"$lte": 1}},
    {"n": {"$ne": 3}},
    {"n": {"$eq": 3}},
    {"at": {"city": "Oslo"}},
    {"at": {"city": "Oslo", "zip": {"$gt": 100}}},
    {"tags": ["x", "y"]},
    {"missing": None},
    {"flag": True},
    {"kind": "nothing"},
]


@pytest.mark.parametrize("given", FILTERS, ids=str)
def test_a_filter_finds_what_the_store_in_memory_finds(store: MnemeStore, given: dict[str, Any]) -> None:
    memory = InMemoryStore()
    for n in range(6):
        value = {
            "n": n,
            "kind": "ab"[n % 2],
            "tags": ["x", "y"] if n == 2 else ["y", "x"],
            "at": {"city": "Oslo" if n < 4 else "Rome", "zip": 99 + n},
            "flag": n == 1,
        }
        for each in (store, memory):
            each.put(("items",), f"k{n}", value)
    expected = sorted(keys(memory.search(("items",), filter=given)))
    assert sorted(keys(store.search(("items",), filter=given))) == expected


def test_filters_also_have_the_operators_of_the_other_languages_store(store: MnemeStore) -> None:
    for n in range(4):
        store.put(("items",), f"k{n}", {"n": n, "$odd": n % 2, **({"extra": None} if n == 0 else {})})

    def found(given: dict[str, Any]) -> list[str]:
        return sorted(keys(store.search(("items",), filter=given)))

    assert found({"n": {"$in": [0, 3, "x"]}}) == ["k0", "k3"]
    assert found({"n": {"$nin": [0, 3]}}) == ["k1", "k2"]
    assert found({"extra": {"$exists": True}}) == ["k0"]
    assert found({"n": {"$not": {"$gt": 1}}}) == ["k0", "k1"]
    assert found({"$or": [{"n": 1}, {"$and": [{"n": {"$gt": 1}}, {"n": {"$lt": 3}}]}]}) == ["k1", "k2"]
    assert found({"$not": {"n": 1}}) == ["k0", "k2", "k3"]
    assert found({"$literal": {"$odd": 1}}) == ["k1", "k3"]
    assert found({"n": True}) == []
    refused: list[dict[str, Any]] = [{"n": {"$regex": "x"}}, {"$nor": []}, {"n": {"$gt": 1, "x": 2}}, {"$or": []}, {"n": {"$in": 1}}]
    for wrong in refused:
        with pytest.raises((TypeError, ValueError)):
            store.search(("items",), filter=wrong)
    deep: dict[str, Any] = {"n": 1}
    for _ in range(5000):
        deep = {"$not": deep}
    with pytest.raises(ValueError, match="nested deeper"):
        store.search(("items",), filter=deep)


def test_limit_and_offset_reach_every_item(store: MnemeStore) -> None:
    store.batch([PutOp(("many",), f"k{n:03}", {"n": n, "even": n % 2 == 0}, index=False) for n in range(450)])
    assert len(store.search(("many",), limit=1000)) == 450
    assert keys(store.search(("many",), limit=2, offset=448)) == keys(store.search(("many",), limit=1000))[448:]
    assert len(store.search(("many",), filter={"n": {"$gte": 0}, "even": True}, limit=1000)) == 225
    assert len(store.search(("many",))) == 10
    assert store.search(("many",), limit=0) == []
    assert store.search(("many",), offset=450) == []


def test_a_query_ranks_what_it_finds_and_then_come_the_others(store: MnemeStore) -> None:
    store.put(("q",), "tea", {"text": "Prefers green tea, without sugar."})
    store.put(("q",), "bike", {"text": "Rides a bicycle to work."})
    store.put(("q",), "hidden", {"text": "green tea, but not searched"}, index=False)
    store.put(("q",), "title", {"title": "zanzibar", "text": "green tea"}, index=["title"])
    found = store.search(("q",), query="green tea without sugar")
    assert found[0].key == "tea" and found[0].score is not None
    assert set(keys(found)) == {"tea", "bike", "hidden", "title"}
    assert next(item.score for item in found if item.key == "hidden") is None
    assert store.search(("q",), query="zanzibar", limit=1)[0].key == "title"
    assert keys(store.search(("q",), query="tea", filter={"title": "zanzibar"})) == ["title"]
    assert len(store.search(("q",), query="the of and")) == 4
    assert len(store.search(("q",), query="word " * 5000, limit=4)) == 4


def test_items_of_one_text_are_ranked_each(store: MnemeStore) -> None:
    text = "The harbour gate code is 4471."
    store.put(("same",), "worse", {"text": "A harbour has an old gate."}, index=["text"])
    for n in (1, 2, 3):
        store.put(("same", str(n % 2)), f"k{n}", {"text": text, "n": n}, index=["text"])
    found = store.search(("same",), query="harbour gate code", limit=3)
    assert sorted(item.value["n"] for item in found) == [1, 2, 3]
    assert all(item.score is not None for item in found)


def test_namespaces_are_listed_by_prefix_suffix_and_depth(store: MnemeStore) -> None:
    memory = InMemoryStore()
    places = [
        ("a", "b", "c"),
        ("a", "b", "d", "e"),
        ("a", "b", "d", "i"),
        ("a", "b", "f"),
        ("a", "c", "f"),
        ("b", "a", "f"),
        ("users", "123"),
        ("users", "456", "settings"),
        ("admin", "users", "789"),
    ]
    for each in (store, memory):
        each.batch([PutOp(place, "k", {"n": 1}) for place in places])
    cases: list[dict[str, Any]] = [
        {},
        {"prefix": ("a", "b")},
        {"prefix": ("a", "b"), "max_depth": 3},
        {"suffix": ("f",)},
        {"prefix": ("a",), "suffix": ("f",)},
        {"prefix": ("a", "*", "f")},
        {"prefix": ("*", "users")},
        {"suffix": ("*", "settings")},
        {"prefix": ("users", "*"), "max_depth": 2},
        {"max_depth": 1},
        {"limit": 2, "offset": 1},
        {"prefix": ("none",)},
    ]
    for arguments in cases:
        expected = memory.list_namespaces(**arguments)
        assert store.list_namespaces(**arguments) == expected  # type: ignore[arg-type]
    several = ListNamespacesOp(
        (MatchCondition("prefix", ("a",)), MatchCondition("prefix", ("*", "b")), MatchCondition("suffix", ("*",))), 2
    )
    assert store.batch([several]) == memory.batch([several]) == [[("a", "b")]]
    store.delete(("users", "123"), "k")
    assert store.list_namespaces(prefix=("users",)) == [("users", "456", "settings")]
    with pytest.raises(ValueError, match="max_depth"):
        store.list_namespaces(max_depth=0)


def test_a_batch_runs_as_if_one_operation_after_the_other(store: MnemeStore) -> None:
    ops: list[Op] = [
        PutOp(("b",), "k", {"n": 1}),
        PutOp(("b",), "k", {"n": 2}),
        GetOp(("b",), "k"),
        SearchOp(("b",)),
        ListNamespacesOp(),
        PutOp(("b",), "k", None),
        GetOp(("b",), "k"),
        GetOp(("b",), "missing"),
    ]

    def check(results: list[Any]) -> None:
        assert results[0] is None and results[1] is None
        assert isinstance(results[2], Item) and results[2].value == {"n": 2}
        assert keys(results[3]) == ["k"]
        assert results[4] == [("b",)]
        assert results[5:] == [None, None, None]

    check(store.batch(ops))
    check(run(store, store.abatch(ops)))
    assert store.batch([]) == run(store, store.abatch([])) == []


def test_one_bad_item_of_a_batch_is_named_and_the_others_are_done(store: MnemeStore) -> None:
    ops = [PutOp(("b",), "good", {"n": 1}), PutOp(("b",), "k" * 300, {"n": 2}), PutOp(("b",), "last", {"n": 3})]
    for batch in (store.batch, lambda given: run(store, store.abatch(given))):
        with pytest.raises(MnemeError, match='item "kkk') as refused:
            batch(ops)
        assert refused.value.code == "invalid_request" and refused.value.errors
        assert sorted(keys(store.search(("b",)))) == ["good", "last"]
        store.batch([PutOp(("b",), key, None) for key in ("good", "last")])


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"a": b"x"}, "JSON has no bytes, at a"),
        ({"a": [{"b": datetime.now(timezone.utc)}]}, r"JSON has no datetime, at a\.0\.b"),
        ({"a": math.nan}, "JSON has no nan"),
        ({"a": {1: 2}}, "a key must be a string, not 1"),
        ({"a": 2**53}, "integers"),
        ({"a": {1, 2}}, "JSON has no set"),
    ],
)
def test_what_json_has_no_form_for_is_refused_by_name(store: MnemeStore, value: dict[str, Any], problem: str) -> None:
    with pytest.raises(TypeError, match=f'The value of the item "k" can\'t be stored: .*{problem}'):
        store.put(("v",), "k", value)
    assert store.get(("v",), "k") is None


def test_a_value_that_contains_itself_is_refused(store: MnemeStore) -> None:
    circle: dict[str, Any] = {}
    circle["self"] = [circle, circle]
    with pytest.raises(TypeError, match="contains itself"):
        store.put(("v",), "k", circle)


def test_integers_and_floats_are_kept(store: MnemeStore) -> None:
    value = {"int": 2**53 - 1, "negative": -(2**53) + 1, "float": 0.1, "small": 5e-324, "big": 1.5e300, "whole": 1.0}
    store.put(("v",), "k", value)
    found = store.get(("v",), "k")
    assert found is not None and found.value == value


def test_items_end_after_their_minutes(store: MnemeStore, url: str, ns: str, mneme: MnemeClient) -> None:
    store.put(("t",), "short", {"n": 1}, ttl=1 / 60)
    store.put(("t",), "long", {"n": 2}, ttl=10)
    store.put(("t",), "none", {"n": 3}, ttl=None)
    left = mneme.get_item(f"{ns}.t", "long").expires_at
    assert left is not None and 590 < (left - datetime.now(timezone.utc)).total_seconds() <= 600
    assert mneme.get_item(f"{ns}.t", "none").expires_at is None
    deadline = time.monotonic() + 30
    while store.get(("t",), "short") is not None and time.monotonic() < deadline:
        time.sleep(0.1)
    assert sorted(keys(store.search(("t",)))) == ["long", "none"]
    with MnemeStore(url, root_namespace=ns, default_ttl=5) as other:
        other.put(("t",), "default", {"n": 4})
        other.put(("t",), "forever", {"n": 5}, ttl=None)
    assert mneme.get_item(f"{ns}.t", "default").expires_at is not None
    assert mneme.get_item(f"{ns}.t", "forever").expires_at is None
    with pytest.raises(ValueError, match="minutes"):
        store.put(("t",), "wrong", {"n": 1}, ttl=0)


def test_namespaces_are_checked_as_in_langgraph(store: MnemeStore) -> None:
    for place in ((), ("a.b",), ("",), ("langgraph", "x"), (1,)):
        with pytest.raises(InvalidNamespaceError):
            store.put(place, "k", {"n": 1})  # type: ignore[arg-type]
    with pytest.raises(InvalidNamespaceError):
        store.batch([PutOp(("a.b",), "k", {"n": 1})])
    assert store.get((), "k") is None


def test_memories_without_a_key_are_no_items(store: MnemeStore, ns: str, mneme: MnemeClient) -> None:
    store.put(("m",), "k", {"n": 1})
    mneme.create_memory(f"{ns}.m", {"content": "No item.", "memory_type": "semantic"})
    mneme.create_memory(f"{ns}.only", {"content": "No item.", "memory_type": "semantic"})
    assert keys(store.search(())) == ["k"]
    assert store.list_namespaces() == [("m",)]


def put_as_javascript_does(mneme: MnemeClient, place: str, key: str, parts: int = 0) -> None:
    """An item in a form of the JavaScript store's own, and its parts, if it has some."""
    for n in range(parts):
        mneme.put_item(place, f"~part.{key}-set.{n}", {"metadata": {"mneme:part": f"{key}-set", "text": "~1"}})
    form = {"set": f"{key}-set", "parts": parts} if parts else {"text": "~{}"}
    mneme.put_item(place, key, {"content": f"green tea {key}", "metadata": {"mneme:value": "json", **form}})


def test_values_of_the_javascript_store_are_named_and_their_parts_hidden(
    store: MnemeStore, url: str, ns: str, mneme: MnemeClient
) -> None:
    place = f"{ns}.v"
    store.put(("v",), "first", {"text": "green tea", "n": 1})
    put_as_javascript_does(mneme, place, "large", parts=5)
    put_as_javascript_does(mneme, place, "bytes")
    store.put(("v",), "last", {"text": "green tea", "n": 2})
    # The second one has asked whether there are parts since they are there, the first one before.
    with MnemeStore(url, root_namespace=ns) as fresh:
        for each in (store, fresh):
            for key in ("large", "bytes"):
                message = f'The item "{key}" in {place} can\'t be read: .* only the JavaScript store reads'
                with pytest.raises(MnemeError, match=message):
                    each.get(("v",), key)
                with pytest.raises(MnemeError, match=message):
                    run(each, each.aget(("v",), key))
            assert each.get(("v",), "~part.large-set.0") is None
            searches: list[dict[str, Any]] = [{}, {"query": "green tea"}, {"query": "green tea", "limit": 2}, {"limit": 2}]
            for arguments in searches:
                with pytest.warns(UserWarning) as warned:
                    assert sorted(keys(each.search((), **arguments))) == ["first", "last"]
                told = [str(warning.message) for warning in warned]
                assert [sum(f'"{key}"' in text for text in told) for key in ("large", "bytes")] == [1, 1], told
            with pytest.warns(UserWarning):
                assert keys(each.search(("v",), limit=1, offset=1)) == ["last"]
            assert keys(each.search(("v",), limit=1)) == ["first"]
            assert keys(each.search(("v",), filter={"n": 2})) == ["last"]
            assert each.list_namespaces() == [("v",)]


@pytest.mark.parametrize("act", ["put", "delete"])
def test_a_value_of_the_javascript_store_is_replaced_and_deleted_with_its_parts(
    store: MnemeStore, ns: str, mneme: MnemeClient, act: str
) -> None:
    place = f"{ns}.v"
    put_as_javascript_does(mneme, place, "large", parts=3)
    put_as_javascript_does(mneme, place, "other", parts=2)
    value = {"n": 1} if act == "put" else None
    store.batch([PutOp(("v",), "large", value), PutOp(("v",), "missing", None)])
    found = store.get(("v",), "large")
    assert (None if found is None else found.value) == value
    left = [memory.key for memory in mneme.list_memories(place, limit=50).memories]
    expected = ["other", "~part.other-set.0", "~part.other-set.1", *(["large"] if act == "put" else [])]
    assert sorted(map(str, left)) == sorted(expected)


@pytest.mark.parametrize("key", ["mneme:value", "mneme:part"])
def test_a_value_with_a_key_of_the_stores_own_is_refused(store: MnemeStore, key: str) -> None:
    with pytest.raises(ValueError, match=f'The value of the item "k" can\'t be stored: its key "{key}"'):
        store.put(("v",), "k", {"n": 1, key: "json"})
    assert store.get(("v",), "k") is None
    store.put(("v",), "k", {"nested": {key: 1}})


@pytest.mark.parametrize("wrong", [{"root_namespace": "a b"}, {"root_namespace": ""}, {"fields": "title"}, {"x": 1}])
def test_wrong_options_are_refused(url: str, wrong: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        MnemeStore(url, **wrong)


class State(TypedDict):
    seen: list[str]


def test_a_graph_remembers_across_threads(store: MnemeStore) -> None:
    async def remember(state: State, *, store: BaseStore) -> State:
        await store.aput(("seen",), state["seen"][0], {"word": state["seen"][0]})
        return {"seen": sorted(item.value["word"] for item in await store.asearch(("seen",)))}

    builder = StateGraph(State)
    builder.add_node("remember", remember)
    builder.add_edge(START, "remember")
    graph = builder.compile(store=store)
    assert run(store, graph.ainvoke({"seen": ["tea"]})) == {"seen": ["tea"]}
    assert run(store, graph.ainvoke({"seen": ["milk"]})) == {"seen": ["milk", "tea"]}


class Batched(AsyncBatchedBaseStore):
    """As LangGraph's server wraps a store."""

    def __init__(self, store: MnemeStore) -> None:
        super().__init__()
        self._store = store

    def batch(self, ops: Any) -> Any:
        return self._store.batch(ops)

    async def abatch(self, ops: Any) -> Any:
        return await self._store.abatch(ops)


def test_it_may_be_batched_by_langgraph(store: MnemeStore) -> None:
    async def use() -> None:
        batched = Batched(store)
        await asyncio.gather(*(batched.aput(("x",), f"k{n}", {"n": n}) for n in range(50)))
        found = await asyncio.gather(*(batched.aget(("x",), f"k{n}") for n in range(50)))
        assert [item.value["n"] for item in found if item is not None] == list(range(50))

    run(store, use())

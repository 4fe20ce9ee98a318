"""Fills a Redis with LangGraph for Python and its own Redis saver and store: fill.py REDIS_URL.

Standard output gets what the savers and the store read themselves.
"""

import asyncio
import dataclasses
import json
import operator
import sys
import uuid
from datetime import datetime, timezone
from typing import Annotated, Any, TypedDict

from langchain_core.messages import (
    AIMessage,
    AnyMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langgraph.channels.delta import DeltaChannel
from langgraph.checkpoint.redis import RedisSaver
from langgraph.checkpoint.redis.aio import AsyncRedisSaver
from langgraph.checkpoint.redis.shallow import ShallowRedisSaver
from langgraph.graph import END, START, StateGraph, add_messages
from langgraph.store.redis import RedisStore
from langgraph.types import Command, Interrupt, Send, interrupt

url = sys.argv[1]


@dataclasses.dataclass
class Budget:
    """Has no counterpart in JavaScript."""

    euros: int
    since: datetime


class State(TypedDict, total=False):
    log: Annotated[list[str], operator.add]
    messages: Annotated[list[AnyMessage], add_messages]
    seen: set
    approved: str
    file: Any
    budget: Any


class Counted(TypedDict):
    count: Annotated[list, DeltaChannel(lambda state, writes: [*state, *(n for write in writes for n in write)], snapshot_frequency=3)]


class Job(TypedDict):
    number: int


def begin(state: State):
    question = HumanMessage("Is there tea? \u2603 \U0001f600", id="h1", name="anna")
    return {"log": ["begun"], "messages": [SystemMessage("Be short.", id="s1"), question]}


def answer(state: State):
    call = {"name": "look", "args": {"where": {"shelf": 3}}, "id": "c1", "type": "tool_call"}
    usage = {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}
    ai = AIMessage("", id="a1", tool_calls=[call], usage_metadata=usage, response_metadata={"model_name": "m"})
    tool = ToolMessage("Some.", tool_call_id="c1", id="t1", artifact={"grams": 20.5}, status="success")
    parts = AIMessage([{"type": "text", "text": "Yes."}], id="a2", additional_kwargs={"note": None})
    return {"messages": [ai, tool, parts], "seen": {1, 2}}


def fan(state: State):
    return [Send("work", {"number": n}) for n in range(3)]


def work(job: Job):
    return {"log": [f"worked {job['number']}"]}


def inner_graph():
    graph = StateGraph(State)
    graph.add_node("prepare", lambda state: {"log": ["prepared"]})
    graph.add_node("ask", lambda state: {"approved": interrupt({"question": "May I?", "n": [1, 2.5]})})
    graph.add_edge(START, "prepare")
    graph.add_edge("prepare", "ask")
    graph.add_edge("ask", END)
    return graph.compile()


def outer_graph(checkpointer):
    graph = StateGraph(State)
    graph.add_node("begin", begin)
    graph.add_node("answer", answer)
    graph.add_node("work", work)
    graph.add_node("inner", inner_graph())
    graph.add_node("side", lambda state: {"log": ["side"]})
    graph.add_node("end", lambda state: {"log": [f"ended with {state['approved']}"]})
    graph.add_edge(START, "begin")
    graph.add_edge("begin", "answer")
    graph.add_conditional_edges("answer", fan, ["work"])
    graph.add_edge("work", "inner")
    graph.add_edge("work", "side")
    graph.add_edge("inner", "end")
    graph.add_edge("end", END)
    return graph.compile(checkpointer=checkpointer)


OF_MESSAGES = (
    "content",
    "id",
    "name",
    "tool_calls",
    "usage_metadata",
    "artifact",
    "additional_kwargs",
    "response_metadata",
    "tool_call_id",
    "status",
)


def told(value):
    """A value as the test compares it."""
    if isinstance(value, BaseMessage):
        fields = ((name, getattr(value, name, None)) for name in OF_MESSAGES)
        return {"message": value.type, **{name: told(each) for name, each in fields if each}}
    if isinstance(value, Send):
        return {"node": value.node, "args": told(value.arg)}
    if isinstance(value, Interrupt):
        return {"value": told(value.value), "id": value.id}
    if isinstance(value, (set, frozenset)):
        return {"set": sorted(value)}
    if isinstance(value, bytes):
        return {"bytes": list(value)}
    if isinstance(value, dict):
        return {name: told(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [told(each) for each in value]
    return value


def place(config):
    if config is None:
        return None
    # As the index has it: a list of the shallow saver doesn't give the empty namespace back.
    namespace = config["configurable"]["checkpoint_ns"].replace("__empty__", "")
    return [namespace, config["configurable"]["checkpoint_id"]]


def writes_of(saver, found):
    """The tuple of a RedisSaver has none where they came before the checkpoint, which then says that it has none."""
    if not isinstance(saver, RedisSaver):
        return found.pending_writes or []
    at = found.config["configurable"]
    return saver._load_pending_writes(at["thread_id"], at["checkpoint_ns"], at["checkpoint_id"])


def tuples_of(saver, thread):
    tuples = list(saver.list({"configurable": {"thread_id": thread}}))
    # Its list gives values as they are stored, and the writes of the shallow one those of other checkpoints.
    if isinstance(saver, RedisSaver):
        tuples = [saver.get_tuple(each.config) for each in tuples]
    return [
        {
            "place": [place(each.config), place(each.parent_config)],
            "values": told(each.checkpoint["channel_values"]),
            "versions": each.checkpoint["channel_versions"],
            "metadata": told(each.metadata),
            "writes": [[task, channel, told(value)] for task, channel, value in writes_of(saver, each)],
        }
        for each in tuples
    ]


def config(thread):
    return {"configurable": {"thread_id": thread}}


def fill(saver, thread):
    graph = outer_graph(saver)
    graph.invoke({"log": ["first"]}, config(thread))
    graph.invoke(Command(resume="yes"), config(thread))
    graph.invoke({"log": ["second"]}, config(thread))


async def afill(thread):
    async with AsyncRedisSaver.from_conn_string(url) as saver:
        await saver.asetup()
        graph = outer_graph(saver)
        await graph.ainvoke({"log": ["first"]}, config(thread))


def one(saver, thread, value):
    """A thread of one checkpoint with this value."""
    graph = StateGraph(State)
    graph.add_node("only", lambda state: {"file": value})
    graph.add_edge(START, "only")
    graph.compile(checkpointer=saver).invoke({"log": []}, config(thread))


def ask(saver, thread):
    """A thread that waits at an interrupt of the graph itself."""
    graph = StateGraph(State)
    graph.add_node("ask", lambda state: {"approved": interrupt("Sure?")})
    graph.add_edge(START, "ask")
    graph.compile(checkpointer=saver).invoke({"log": ["asked"]}, config(thread))


def count(saver, thread):
    """A thread with a channel that is made of the writes since its last snapshot."""
    graph = StateGraph(Counted)
    graph.add_node("more", lambda state: {"count": [len(state["count"])]})
    graph.add_edge(START, "more")
    compiled = graph.compile(checkpointer=saver)
    for n in range(5):
        # Otherwise it loses writes that come before their checkpoint, and with them values.
        compiled.invoke({"count": [f"turn {n}"]}, config(thread), durability="sync")
    return compiled.get_state(config(thread)).values


MIXED = {
    "raw": b"\x00\xff",
    "integers": [0, 127, 128, 255, 256, 65535, 65536, 2**32, 2**53 - 1, -1, -32, -33, -129, -32769, -(2**31) - 1],
    "floats": [0.1, -1e300, 5e-324, 2.0],
    "texts": ["", "x" * 31, "y" * 40, "z" * 300, "\u2603" * 30000],
    "many": list(range(20)),
    "names": {f"n{n}": None for n in range(20)},
    "nested": [True, False, {"deep": [[[]]]}],
    "message": HumanMessage("In msgpack.", id="m2", additional_kwargs={"a_b": 1}),
    "send": Send("work", {"number": 1}),
    "set": {1},
    "tuple": (1, "two"),
}

with RedisSaver.from_conn_string(url) as saver:
    saver.setup()
    fill(saver, "full:1")
    asyncio.run(afill("async"))
    ask(saver, "ask")
    one(saver, "bytes", {"raw": b"\x00\xff", "name": "a"})
    one(saver, "object", {"budget": Budget(5, datetime(2026, 1, 2, tzinfo=timezone.utc))})
    one(saver, "big", {"n": 2**53 + 1})
    one(saver, "date", {"raw": b"\x01", "at": datetime(2026, 1, 2, tzinfo=timezone.utc)})
    one(saver, "mixed", MIXED)
    counted = count(saver, "delta")
    threads = {name: tuples_of(saver, name) for name in ("full:1", "async", "ask", "bytes", "mixed")}

with ShallowRedisSaver.from_conn_string(url, checkpoint_prefix="shallow", checkpoint_write_prefix="shallow_write") as saver:
    saver.setup()
    fill(saver, "shallow")
    threads["shallow"] = tuples_of(saver, "shallow")

with RedisStore.from_conn_string(url) as store:
    store.setup()
    store.put(("users", "anna-b", "Öl & {tea}"), "plain", {"n": 1.5, "list": [1, None, {"deep": True}]})
    store.put(("users", "anna-b"), "message", {"said": HumanMessage("Hello.", id="m1")})
    store.put(("users",), "mixed", MIXED)
    # Put again: the saver deletes the document before.
    store.put(("users",), "twice", {"n": 1})
    store.put(("users",), "twice", {"n": 2})
    store.put(("users",), "looks", {"__send__": True, "node": "a", "arg": {"lc": 2, "type": "undefined"}})
    store.put(("users",), "object", {"id": Budget(1, datetime(2026, 1, 2, tzinfo=timezone.utc)), "set": {1, 2}})
    store.put(("users",), "date", {"raw": b"\x01", "at": datetime(2026, 1, 2, tzinfo=timezone.utc)})
    store.put(("users",), "big", {"n": 2**53 + 1})
    items = [[item.namespace, item.key, told(item.value)] for item in store.search((), limit=100)]

print(json.dumps({"threads": threads, "items": items, "counted": counted}, default=str))

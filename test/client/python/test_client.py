"""The client against a service."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
import threading
from datetime import datetime, timezone
from pathlib import Path

import mneme_client
import pytest
from mneme_client import AsyncMnemeClient, MnemeClient, MnemeError, models

README = Path(__file__).parents[3] / "src" / "client" / "python" / "README.md"


def test_stores_recalls_lists_and_deletes(mneme: MnemeClient, ns: str) -> None:
    contents = [f"Order {n} is CX-{1000 + n}." for n in range(7)]
    for content in contents:
        made = mneme.create_memory(ns, {"content": content, "memory_type": "semantic"})
        assert (len(made.id), made.version) == (26, 1)
        assert made.recorded_at.tzinfo is not None
    found = mneme.recall({"query": "CX-1003", "namespaces": [ns]})
    assert found.hits[0].memory.content == contents[3]
    assert sorted(memory.content for memory in mneme.iter_memories(ns, limit=3)) == contents
    assert mneme.list_memories(ns, limit=3).cursor is not None
    key = "a/b ü%?#"
    written = mneme.put_state(ns, key, {"value": {"n": 1}}, if_none_match="*")
    assert written is not None and written.version == 1
    with pytest.raises(MnemeError) as refused:
        mneme.put_state(ns, key, {"value": {"n": 2}}, if_match=9)
    assert refused.value.status == 412
    assert mneme.get_state(ns, key).value == {"n": 1}
    assert mneme.patch_state(ns, key, {"m": [None]}).value == {"n": 1, "m": [None]}
    mneme.delete_state(ns, key, if_match=2)
    with pytest.raises(MnemeError) as missing:
        mneme.get_state(ns, key)
    assert missing.value.code == "not_found"


def test_has_the_same_methods_with_async(url: str, ns: str) -> None:
    async def use() -> None:
        async with AsyncMnemeClient(url) as mneme:
            await asyncio.gather(
                *(
                    mneme.create_memory(ns, {"content": f"Fact {n}.", "memory_type": "semantic"})
                    for n in range(7)
                )
            )
            found = [memory.content async for memory in mneme.iter_memories(ns, limit=2)]
            assert sorted(found) == [f"Fact {n}." for n in range(7)]
            with pytest.raises(MnemeError):
                await mneme.get_memory(ns, "0" * 26)

    asyncio.run(use())
    sync, coroutines = ({name for name in dir(each) if name[0] != "_"} for each in (MnemeClient, AsyncMnemeClient))
    assert sync - {"close"} == coroutines - {"aclose"}


def test_writes_filters_and_times_into_the_query(mneme: MnemeClient, ns: str) -> None:
    at = datetime(2026, 1, 31, 9, 30, tzinfo=timezone.utc)
    mneme.create_memory(
        ns, {"content": "A.", "memory_type": "episodic", "timestamp": at, "metadata": {"n": 1}, "tags": ["x", "y"]}
    )
    mneme.create_memory(ns, {"content": "B.", "memory_type": "semantic", "metadata": {"n": 2}, "tags": ["x"]})

    def contents(page: models.MemoryPage) -> list[str]:
        return [memory.content for memory in page.memories]

    assert contents(mneme.list_memories(ns, tag=["x", "y"])) == ["A."]
    assert contents(mneme.list_memories(ns, metadata={"n": {"gte": 2}})) == ["B."]
    assert contents(mneme.list_memories(ns, from_=at, to="2026-02-01T00:00:00Z")) == ["A."]
    assert contents(mneme.list_memories(ns, archived=True)) == []
    assert len(contents(mneme.list_memories(ns, archived=False))) == 2
    with pytest.raises(ValueError, match="time zone"):
        mneme.list_memories(ns, from_=datetime(2026, 1, 1))
    with pytest.raises(ValueError):
        mneme.create_memory(ns, {"content": "C.", "memory_type": "semantic", "metadata": {"n": float("nan")}})
    with pytest.raises(TypeError, match="bytes"):
        mneme.create_memory(ns, {"content": "C.", "memory_type": "semantic", "metadata": {"n": b"x"}})


@pytest.mark.parametrize("key", ["", ".", ".."])
def test_refuses_a_step_that_would_name_another_resource(mneme: MnemeClient, ns: str, key: str) -> None:
    with pytest.raises(ValueError, match="No URL can name"):
        mneme.delete_state(ns, key)


def test_a_refusal_is_an_error_with_the_fields_of_its_problem(mneme: MnemeClient) -> None:
    with pytest.raises(MnemeError) as refused:
        mneme.recall({"query": "x", "namespaces": ["a b"]})
    error = refused.value
    assert (error.code, error.status) == ("invalid_request", 400)
    assert [each.field for each in error.errors] == ["namespaces[0]"]
    assert error.request_id == error.problem["request_id"]
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (str(again), again.__dict__) == (str(error), error.__dict__)


def test_reads_back_what_an_export_has_in_parts(mneme: MnemeClient, ns: str) -> None:
    mneme.create_memory(ns, {"content": "Exported.", "memory_type": "semantic"})
    lines = [json.loads(line) for line in mneme.export_audit(namespace=ns).splitlines()]
    assert any(line.get("namespace") == ns for line in lines)
    assert mneme.get_metrics().startswith("# HELP")


def test_follows_changes_of_state(mneme: MnemeClient, url: str, ns: str) -> None:
    done = threading.Event()

    def write() -> None:
        with MnemeClient(url) as other:
            while not done.wait(0.05):
                other.put_state(ns, "k", {"value": "x"})

    def follow() -> list[int]:
        changes = mneme.watch_state(ns)
        return [json.loads(next(changes).data)["version"] for _ in range(3)]

    async def follow_async() -> list[int]:
        async with AsyncMnemeClient(url) as client:
            found: list[int] = []
            async for change in client.watch_state(ns):
                assert change.event == "change"
                found.append(json.loads(change.data)["version"])
                if len(found) == 3:
                    break
            return found

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for seen in (follow(), asyncio.run(follow_async())):
            assert seen == [seen[0], seen[0] + 1, seen[0] + 2]
    finally:
        done.set()
        writer.join()


def blocks() -> list[str]:
    parts = README.read_text().split("```python\n")[1:]
    return [part.split("```")[0] for part in parts]


@pytest.mark.parametrize("program", blocks(), ids=lambda text: text.split("\n", 1)[0])
def test_the_readme_runs(program: str, url: str, ns: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(program.replace("http://127.0.0.1:8080", url), {"__name__": "__main__"})
    assert "CX-7742-B" in capsys.readouterr().out


def test_is_typed() -> None:
    assert (Path(mneme_client.__file__).parent / "py.typed").exists()

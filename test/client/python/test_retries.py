"""What the client does when the service is away, busy or something else, against servers that answer so."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from mneme_client import AsyncMnemeClient, MnemeClient, MnemeError

Answer = Callable[[int, BaseHTTPRequestHandler], None]
HEALTHY = {"status": "ok", "version": "1"}


@contextmanager
def serving(answer: Answer) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server that answers the nth request by a function; gives its URL, and the headers of each request."""
    seen: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def handle_one(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            seen.append({name.lower(): value for name, value in self.headers.items()})
            answer(len(seen), self)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def send(handler: BaseHTTPRequestHandler, status: int, body: object, **headers: str) -> None:
    data = json.dumps(body).encode()
    handler.send_response(status)
    kind = "application/json" if status < 400 else "application/problem+json"
    for name, value in {"content-type": kind, "content-length": str(len(data)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(data)


def problem(handler: BaseHTTPRequestHandler, status: int, code: str, **headers: str) -> None:
    send(handler, status, {"code": code, "detail": "Not now.", "status": status}, **headers)


def test_a_post_is_sent_again_with_its_key_until_the_service_takes_it() -> None:
    def answer(count: int, handler: BaseHTTPRequestHandler) -> None:
        if count == 1:
            problem(handler, 503, "overloaded", retry_after="1")
        elif count == 2:
            handler.close_connection = True  # No answer at all.
        else:
            send(handler, 200, {"id": "x"})

    with serving(answer) as (url, seen), MnemeClient(url) as mneme:
        began = time.monotonic()
        with pytest.raises(MnemeError) as wrong:
            mneme.create_memory("a", {"content": "x", "memory_type": "semantic"})
        assert wrong.value.code == "bad_answer"  # The third answer is no memory.
        assert time.monotonic() - began >= 1
    assert len(seen) == 3
    assert len({headers["idempotency-key"] for headers in seen}) == 1


def test_it_does_so_with_async_too() -> None:
    def answer(count: int, handler: BaseHTTPRequestHandler) -> None:
        if count == 1:
            problem(handler, 429, "rate_limited", retry_after="0")
        elif count == 2:
            handler.close_connection = True
        else:
            send(handler, 200, {"memories": [], "cursor": None})

    async def use(url: str) -> None:
        async with AsyncMnemeClient(url, api_key=" mn_secret\n") as mneme:
            assert (await mneme.list_memories("a")).memories == []

    with serving(answer) as (url, seen):
        asyncio.run(use(url))
    assert [headers["authorization"] for headers in seen] == ["Bearer mn_secret"] * 3


def test_a_deletion_that_was_perhaps_done_counts_as_done() -> None:
    def answer(count: int, handler: BaseHTTPRequestHandler) -> None:
        problem(handler, 502, "bad_gateway") if count == 1 else problem(handler, 404, "not_found")

    with serving(answer) as (url, seen), MnemeClient(url) as mneme:
        assert mneme.delete_memory("a", "x") is None
        assert len(seen) == 2
        with pytest.raises(MnemeError) as missing:
            mneme.delete_memory("a", "x")
        assert missing.value.code == "not_found"
    with serving(answer) as (url, seen), MnemeClient(url) as mneme:
        with pytest.raises(MnemeError) as unsure:
            mneme.delete_memory("a", "x", if_match=1)
        assert (unsure.value.status, len(seen)) == (502, 1)


def test_a_patch_is_sent_again_only_if_nothing_was_done() -> None:
    def answer(count: int, handler: BaseHTTPRequestHandler) -> None:
        problem(handler, 429, "rate_limited") if count == 1 else problem(handler, 503, "overloaded")

    with serving(answer) as (url, seen), MnemeClient(url) as mneme:
        with pytest.raises(MnemeError) as refused:
            mneme.update_memory("a", "x", {"pinned": True})
        assert (refused.value.status, len(seen)) == (503, 2)


def test_retries_end_after_their_time_and_their_number() -> None:
    def answer(count: int, handler: BaseHTTPRequestHandler) -> None:
        problem(handler, 503, "overloaded")

    with serving(answer) as (url, seen):
        with MnemeClient(url, retries=2) as mneme, pytest.raises(MnemeError):
            mneme.whoami()
        assert len(seen) == 3
        began = time.monotonic()
        with MnemeClient(url, retry_for=0.5) as mneme, pytest.raises(MnemeError):
            mneme.whoami()
        assert time.monotonic() - began < 2
        seen.clear()
        with MnemeClient(url, retry_for=0) as mneme, pytest.raises(MnemeError):
            mneme.whoami()
        assert len(seen) == 1


def test_an_answer_that_doesnt_come_is_an_error_by_name() -> None:
    gate = threading.Event()

    def answer(count: int, handler: BaseHTTPRequestHandler) -> None:
        gate.wait(10)

    with serving(answer) as (url, seen), MnemeClient(url) as mneme:
        with pytest.raises(MnemeError) as late:
            mneme.whoami(timeout=0.2)
        assert (late.value.code, late.value.status) == ("timeout", None)
        gate.set()
    with MnemeClient(url, connect_timeout=0.3) as mneme:
        with pytest.raises(MnemeError, match="unreachable: mneme can't be reached at http://127.0.0.1:") as gone:
            mneme.whoami()
        assert gone.value.status is None


def test_another_server_is_told_by_its_answer() -> None:
    def answer(count: int, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200 if count == 1 else 404)
        handler.send_header("content-length", "6")
        handler.end_headers()
        handler.wfile.write(b"<html>")

    with serving(answer) as (url, seen), MnemeClient(url) as mneme:
        for _ in range(2):
            with pytest.raises(MnemeError, match="isn't from a mneme service"):
                mneme.whoami()


def test_a_stream_that_breaks_off_is_opened_again_after_its_last_event() -> None:
    def answer(count: int, handler: BaseHTTPRequestHandler) -> None:
        if count == 2:
            problem(handler, 503, "overloaded")
            return
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream")
        handler.end_headers()
        # Cut within a character and a line end; U+2028 ends no line here.
        text = f": here\r\n\r\nevent: change\r\nid: {count}\r\ndata: ü\u2028{count}\r\n\r\nid: {count}b\n\ndata: half"
        for at in range(len(text.encode())):
            handler.wfile.write(text.encode()[at : at + 1])
            handler.wfile.flush()

    with serving(answer) as (url, seen), MnemeClient(url) as mneme:
        events = mneme.watch_state("a", last_event_id="0")
        first, second = next(events), next(events)
        events.close() if hasattr(events, "close") else None
    assert (first.event, first.id, first.data) == ("change", "1", "ü\u20281")
    assert second.data == "ü\u20283"
    assert [headers.get("last-event-id") for headers in seen] == ["0", "1b", "1b"]


def test_a_stream_ends_with_a_refusal() -> None:
    with serving(lambda count, handler: problem(handler, 403, "forbidden")) as (url, seen), MnemeClient(url) as mneme:
        with pytest.raises(MnemeError) as refused:
            next(mneme.watch_state("a"))
        assert (refused.value.code, len(seen)) == ("forbidden", 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "127.0.0.1:8080"},
        {"url": "ftp://127.0.0.1"},
        {"timeout": 0},
        {"retry_for": float("nan")},
        {"retries": -1},
    ],
)
def test_wrong_options_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        MnemeClient(**{"url": "http://127.0.0.1:1", **wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [{"api_key": "mn_sécret"}, {"api_key": "a\nb"}, {"headers": {"x": "sécret\n1"}}])
def test_no_error_quotes_a_secret(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError) as refused:
        MnemeClient("http://127.0.0.1:1", **wrong)  # type: ignore[arg-type]
    assert "cret" not in str(refused.value) and "a\nb" not in str(refused.value)

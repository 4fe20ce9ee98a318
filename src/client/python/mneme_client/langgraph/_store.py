from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from types import TracebackType
from typing import Any
from weakref import WeakKeyDictionary

import httpx
from langgraph.store.base import BaseStore, Op, PutOp, Result, TTLConfig
from typing_extensions import Self

from .._client import AsyncMnemeClient, MnemeClient
from .._errors import MnemeError
from .._request import read_model
from ._ask import Ask, Plan, Settings
from ._plans import plan_of

# Requests of one batch that are under way at a time.
AT_ONCE = 16
NAMESPACE = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
Outcome = tuple[int, Result, Exception | None]


class MnemeStore(BaseStore):
    """LangGraph's long-term memory in a mneme service, over HTTP.

    The service's grants, quotas, audit trail and retention hold for every item, and `query` is its hybrid recall. The
    items of a namespace are its memories under a key; the store of @mneme/checkpointer, for JavaScript, shares them, except
    values that it keeps in a form of its own: too large or deep for metadata, or of JavaScript's own types. Of these, `get`
    raises a `MnemeError` (`bad_answer`), `search` warns and skips them, `put` and `delete` replace and remove them whole.
    Every method raises a `MnemeError`, whose code is the service's.

    A batch runs as if one operation after the other: what is read sees every put before it, and none after it.

    Args:
        url: The service's: `http://127.0.0.1:8080`.
        api_key: Needed once the service has any. What it may read and write, the store may.
        root_namespace: The namespace of mneme below which all of the store's lie, such as `acme.store`.
        fields: The parts of a value that `query` searches, unless `put` sets others: paths such as `title`,
            `chapters[*].content` or `authors[-1].name`; `$` is all of it.
        default_ttl: Minutes to live of items, from their last put; reads don't extend it. None: as the service is
            configured, which is no expiry.
        options: Further options of `MnemeClient`, such as `timeout` and `retry_for`.
    """

    supports_ttl = True

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        root_namespace: str | None = None,
        fields: Sequence[str] = ("$",),
        default_ttl: float | None = None,
        **options: Any,
    ) -> None:
        if root_namespace is not None and not NAMESPACE.fullmatch(root_namespace):
            raise ValueError(
                'root_namespace must be labels of letters, digits, "_" and "-", joined by dots, '
                f"not {root_namespace!r}."
            )
        if isinstance(fields, str):
            raise TypeError("fields must be a list of paths.")
        self.ttl_config = TTLConfig(refresh_on_read=False, default_ttl=default_ttl)
        root = () if root_namespace is None else tuple(root_namespace.split("."))
        self._settings = Settings(root, tuple(fields), forever=default_ttl is not None)
        self._options: Mapping[str, Any] = {"api_key": api_key, **options}
        self._url = url
        self._client = MnemeClient(url, **self._options)
        # Connections belong to the loop that opened them.
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncMnemeClient] = WeakKeyDictionary()

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        listed = list(ops)
        results: list[Result] = [None] * len(listed)
        for places in _runs(listed):
            if len(places) == 1:
                results[places[0]] = self._run(plan_of(self._settings, listed[places[0]]))
                continue
            with ThreadPoolExecutor(min(AT_ONCE, len(places))) as threads:
                _keep(results, list(threads.map(lambda place: self._try(place, listed[place]), places)))
        return results

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        listed = list(ops)
        results: list[Result] = [None] * len(listed)
        gate = asyncio.Semaphore(AT_ONCE)
        for places in _runs(listed):
            _keep(results, await asyncio.gather(*(self._atry(gate, place, listed[place]) for place in places)))
        return results

    def _try(self, place: int, op: Op) -> Outcome:
        try:
            return place, self._run(plan_of(self._settings, op)), None
        except Exception as error:
            return place, None, error

    async def _atry(self, gate: asyncio.Semaphore, place: int, op: Op) -> Outcome:
        async with gate:
            try:
                return place, await self._arun(plan_of(self._settings, op)), None
            except Exception as error:
                return place, None, error

    def _run(self, plan: Plan) -> Any:
        answer: Any = None
        while True:
            try:
                ask = plan.send(answer)
            except StopIteration as done:
                return done.value
            try:
                answer = _answer(ask, self._client._send(ask.request))
            except MnemeError as error:
                if error.code not in ask.none_for:
                    raise _told(ask, error) from error
                answer = None

    async def _arun(self, plan: Plan) -> Any:
        answer: Any = None
        client = self._client_of_loop()
        while True:
            try:
                ask = plan.send(answer)
            except StopIteration as done:
                return done.value
            try:
                answer = _answer(ask, await client._send(ask.request))
            except MnemeError as error:
                if error.code not in ask.none_for:
                    raise _told(ask, error) from error
                answer = None

    def _client_of_loop(self) -> AsyncMnemeClient:
        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None:
            client = self._clients[loop] = AsyncMnemeClient(self._url, **self._options)
        return client

    def close(self) -> None:
        """Closes the connections of the methods without async."""
        self._client.close()

    async def aclose(self) -> None:
        """Closes the connections of this event loop."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
        self.close()


def _runs(ops: Sequence[Op]) -> list[list[int]]:
    """Reads that follow each other go together, and so do puts; of several puts to one item only the last is sent."""
    runs = []
    for puts, group in groupby(range(len(ops)), lambda place: isinstance(ops[place], PutOp)):
        last: dict[object, int] = {}
        for place in group:
            op = ops[place]
            last[(op.namespace, op.key) if puts and isinstance(op, PutOp) else place] = place
        runs.append(list(last.values()))
    return runs


def _keep(results: list[Result], outcomes: Iterable[Outcome]) -> None:
    """All of it is done, also where one operation failed; then the first failure is raised."""
    failures = []
    for place, result, error in outcomes:
        results[place] = result
        if error is not None:
            failures.append(error)
    if failures:
        raise failures[0]


def _answer(ask: Ask, response: httpx.Response | None) -> Any:
    if ask.model is None:
        return True
    return None if response is None else read_model(response, ask.model)


def _told(ask: Ask, error: MnemeError) -> MnemeError:
    """In a batch, an error must say which item it is about."""
    return MnemeError(
        error.code,
        f"{error.detail}{ask.about}",
        status=error.status,
        errors=error.errors,
        request_id=error.request_id,
        retry_after=error.retry_after,
        problem=error.problem,
    )

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Mapping
from types import TracebackType

import anyio
import httpx
from typing_extensions import Self

from ._errors import MnemeError, failure, refusal
from ._events import EventReader, ServerSentEvent
from ._operations import AsyncOperations, Operations
from ._options import Options, read_options
from ._request import Request
from ._retry import Attempts, Reach, Streams


class MnemeClient(Operations):
    """A client of mneme's HTTP API. Every method raises a `MnemeError` for a refusal or a missing answer.

    Threads may share it. Close it, or use it in a `with` block.

    Args:
        url: The service's: `http://127.0.0.1:8080`.
        api_key: Needed once the service has any.
        timeout: Seconds without progress after which an attempt fails.
        retry_for: Seconds for which a request that may be sent again is, while the service is away or asks to wait.
            The default bridges a restart. 0: it is sent once.
        connect_timeout: The same until the service's first answer: a wrong url is an error after that.
        silence: Seconds after which a stream of events that sends nothing, no heartbeat either, is opened again.
        retries: Most attempts after the first one. None: as many as the time allows.
        headers: Of every request.
        http: In place of a client of its own, such as for a proxy or a certificate. It isn't closed.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        timeout: float = 30.0,
        retry_for: float = 20.0,
        connect_timeout: float = 10.0,
        silence: float = 60.0,
        retries: int | None = None,
        headers: Mapping[str, str] | None = None,
        http: httpx.Client | None = None,
    ) -> None:
        self._options = read_options(
            url,
            api_key=api_key,
            timeout=timeout,
            retry_for=retry_for,
            connect_timeout=connect_timeout,
            silence=silence,
            retries=retries,
            headers=headers,
        )
        self._reach = Reach()
        self._owned = http is None
        self._http = httpx.Client() if http is None else http

    def close(self) -> None:
        """Closes its connections."""
        if self._owned:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _send(self, request: Request) -> httpx.Response | None:
        attempts = Attempts(self._options, self._reach, request.repeat())
        made = _prepared(self._http, self._options, request)
        while True:
            made.extensions["timeout"] = httpx.Timeout(attempts.timeout(request.timeout)).as_dict()
            try:
                response = self._http.send(made)
                if response.is_success:
                    attempts.succeeded()
                    return response
                error = refusal(response)
                cause: Exception | None = None
            except httpx.RequestError as caught:
                error, cause = failure(caught, self._options.url), caught
            if attempts.gone(error):
                return None
            pause = attempts.pause(error)
            if pause is None:
                raise error from cause
            time.sleep(pause)

    def _events(self, request: Request) -> Iterator[ServerSentEvent]:
        streams = Streams(self._options)
        last = request.last_event_id
        while True:
            error: MnemeError | None = None
            cause: Exception | None = None
            try:
                made = _stream(self._http, self._options, request, last)
                response = self._http.send(made, stream=True)
                try:
                    if not response.is_success:
                        response.read()
                        raise refusal(response)
                    reader = EventReader(last)
                    for data in response.iter_bytes():
                        streams.went_on()
                        for event in reader.feed(data):
                            last = reader.last_event_id
                            yield event
                        last = reader.last_event_id
                finally:
                    response.close()
            except httpx.RequestError as caught:
                error, cause = failure(caught, self._options.url), caught
            except MnemeError as caught:
                error = caught
            pause = streams.pause(error)
            if pause is None and error is not None:
                raise error from cause
            time.sleep(pause or 0)


class AsyncMnemeClient(AsyncOperations):
    """As `MnemeClient`, with coroutines; `http` is then an `httpx.AsyncClient`. Runs in asyncio and trio."""

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        timeout: float = 30.0,
        retry_for: float = 20.0,
        connect_timeout: float = 10.0,
        silence: float = 60.0,
        retries: int | None = None,
        headers: Mapping[str, str] | None = None,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self._options = read_options(
            url,
            api_key=api_key,
            timeout=timeout,
            retry_for=retry_for,
            connect_timeout=connect_timeout,
            silence=silence,
            retries=retries,
            headers=headers,
        )
        self._reach = Reach()
        self._owned = http is None
        self._http = httpx.AsyncClient() if http is None else http

    async def aclose(self) -> None:
        """Closes its connections."""
        if self._owned:
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _send(self, request: Request) -> httpx.Response | None:
        attempts = Attempts(self._options, self._reach, request.repeat())
        made = _prepared(self._http, self._options, request)
        while True:
            made.extensions["timeout"] = httpx.Timeout(attempts.timeout(request.timeout)).as_dict()
            try:
                response = await self._http.send(made)
                if response.is_success:
                    attempts.succeeded()
                    return response
                error = refusal(response)
                cause: Exception | None = None
            except httpx.RequestError as caught:
                error, cause = failure(caught, self._options.url), caught
            if attempts.gone(error):
                return None
            pause = attempts.pause(error)
            if pause is None:
                raise error from cause
            await anyio.sleep(pause)

    async def _events(self, request: Request) -> AsyncIterator[ServerSentEvent]:
        streams = Streams(self._options)
        last = request.last_event_id
        while True:
            error: MnemeError | None = None
            cause: Exception | None = None
            try:
                made = _stream(self._http, self._options, request, last)
                response = await self._http.send(made, stream=True)
                try:
                    if not response.is_success:
                        await response.aread()
                        raise refusal(response)
                    reader = EventReader(last)
                    async for data in response.aiter_bytes():
                        streams.went_on()
                        for event in reader.feed(data):
                            last = reader.last_event_id
                            yield event
                        last = reader.last_event_id
                finally:
                    await response.aclose()
            except httpx.RequestError as caught:
                error, cause = failure(caught, self._options.url), caught
            except MnemeError as caught:
                error = caught
            pause = streams.pause(error)
            if pause is None and error is not None:
                raise error from cause
            await anyio.sleep(pause or 0)


def _prepared(http: httpx.Client | httpx.AsyncClient, options: Options, request: Request) -> httpx.Request:
    """One for all attempts: a retry has the same idempotency key."""
    return http.build_request(
        request.method,
        options.url + request.address(),
        headers={**options.headers, **request.headers()},
        content=request.content(),
    )


def _stream(
    http: httpx.Client | httpx.AsyncClient, options: Options, request: Request, last: str | None
) -> httpx.Request:
    headers = {**options.headers, "accept": "text/event-stream"}
    if last is not None:
        headers["last-event-id"] = last
    # A connection that leads nowhere ends by itself only after minutes, or never.
    timeout = httpx.Timeout(options.timeout, read=options.silence)
    return http.build_request(request.method, options.url + request.address(), headers=headers, timeout=timeout)

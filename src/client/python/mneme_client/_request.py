from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import Any, Literal, TypeVar
from urllib.parse import quote, urlencode

import httpx
from pydantic import BaseModel, ValidationError

from ._errors import bad_answer, is_json
from ._events import ServerSentEvent

T = TypeVar("T", bound=BaseModel)
Repeat = Literal["always", "until gone", "never"]
JSON = "application/json"


@dataclass(frozen=True)
class Request:
    """One operation of the HTTP API, with its arguments."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    route: str
    path: Mapping[str, str | int] = field(default_factory=dict)
    query: Mapping[str, object] = field(default_factory=dict)
    body: object = None
    if_match: str | int | None = None
    if_none_match: str | None = None
    idempotency_key: str | None = None
    durable: bool = False
    last_event_id: str | None = None
    timeout: float | None = None

    def address(self) -> str:
        """The path and the query."""
        made = self.route
        for name, value in self.path.items():
            text = str(value)
            # A URL with such a step names another resource, once it is normalised on its way.
            if text in ("", ".", ".."):
                raise ValueError(f"No URL can name {name} {text!r}.")
            made = made.replace(f"{{{name}}}", quote(text, safe=""))
        pairs = [
            (name, _as_text(name, each))
            for name, value in self.query.items()
            if value is not None
            for each in (value if isinstance(value, (list, tuple, set, frozenset)) else [value])
        ]
        return f"{made}?{urlencode(pairs)}" if pairs else made

    def headers(self) -> dict[str, str]:
        """An act without a key of the caller's gets one of its own, so that a retry does nothing twice."""
        made = {"accept": JSON}
        if self.body is not None:
            made["content-type"] = "application/octet-stream" if isinstance(self.body, bytes) else JSON
        if self.if_match is not None:
            version = str(self.if_match)
            made["if-match"] = f'"{version}"' if version.isascii() and version.isdigit() else version
        if self.if_none_match is not None:
            made["if-none-match"] = self.if_none_match
        if self.method in ("POST", "PUT"):
            made["idempotency-key"] = self.idempotency_key or token_hex(16)
        if self.durable:
            made["prefer"] = "durable"
        return made

    def content(self) -> bytes | None:
        if self.body is None or isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, allow_nan=False, default=_written, separators=(",", ":")).encode("ascii")

    def repeat(self) -> Repeat:
        """Reads, and what has a key, may be sent again. A deletion that then finds nothing was done the first time."""
        if self.method == "PATCH":
            return "never"
        if self.method != "DELETE":
            return "always"
        return "until gone" if self.if_match is None and not self.durable else "never"


def _as_text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return _time(value)
    if isinstance(value, (str, int, float)):
        return str(value)
    if isinstance(value, Mapping):
        return json.dumps(value, allow_nan=False, default=_written, separators=(",", ":"))
    raise TypeError(f"{name} can't be a {type(value).__name__}.")


def _written(value: object) -> object:
    if isinstance(value, datetime):
        return _time(value)
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"JSON has no {type(value).__name__}.")


def _time(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError(f"A time needs a time zone: {value!r} has none.")
    return value.isoformat()


def read_model(response: httpx.Response, model: type[T]) -> T:
    """The answer of a success, checked."""
    if not is_json(response):
        raise bad_answer(response.status_code)
    try:
        return model.model_validate_json(response.content)
    except ValidationError as error:
        raise bad_answer(response.status_code) from error


class Calls(ABC):
    """How the generated methods send their requests."""

    @abstractmethod
    def _send(self, request: Request) -> httpx.Response | None:
        """The answer, a success; None: what was to be deleted is gone."""

    @abstractmethod
    def _events(self, request: Request) -> Iterator[ServerSentEvent]: ...

    def _answer(self, model: type[T], request: Request) -> T:
        response = self._send(request)
        assert response is not None  # Only a deletion can be done already.
        return read_model(response, model)

    def _perhaps(self, model: type[T], request: Request) -> T | None:
        response = self._send(request)
        return None if response is None or response.status_code == 204 else read_model(response, model)

    def _text(self, request: Request) -> str:
        response = self._send(request)
        return "" if response is None else response.text

    def _nothing(self, request: Request) -> None:
        self._send(request)


class AsyncCalls(ABC):
    """How the generated coroutines send their requests."""

    @abstractmethod
    async def _send(self, request: Request) -> httpx.Response | None:
        """The answer, a success; None: what was to be deleted is gone."""

    @abstractmethod
    def _events(self, request: Request) -> AsyncIterator[ServerSentEvent]: ...

    async def _answer(self, model: type[T], request: Request) -> T:
        response = await self._send(request)
        assert response is not None  # Only a deletion can be done already.
        return read_model(response, model)

    async def _perhaps(self, model: type[T], request: Request) -> T | None:
        response = await self._send(request)
        return None if response is None or response.status_code == 204 else read_model(response, model)

    async def _text(self, request: Request) -> str:
        response = await self._send(request)
        return "" if response is None else response.text

    async def _nothing(self, request: Request) -> None:
        await self._send(request)

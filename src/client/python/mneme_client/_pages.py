from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Protocol, TypeVar


class Page(Protocol):
    @property
    def cursor(self) -> str | None: ...


P = TypeVar("P", bound=Page)
T = TypeVar("T")


def each(ask: Callable[[str | None], P], elements: Callable[[P], list[T]]) -> Iterator[T]:
    """The elements of a list; each page is asked for when it is needed."""
    cursor: str | None = None
    while True:
        page = ask(cursor)
        yield from elements(page)
        cursor = page.cursor
        if cursor is None:
            return


async def each_async(
    ask: Callable[[str | None], Awaitable[P]], elements: Callable[[P], list[T]]
) -> AsyncIterator[T]:
    """As `each`."""
    cursor: str | None = None
    while True:
        page = await ask(cursor)
        for element in elements(page):
            yield element
        cursor = page.cursor
        if cursor is None:
            return

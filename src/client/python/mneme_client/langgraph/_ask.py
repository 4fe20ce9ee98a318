"""What a plan asks of the service, and what it knows of its store."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from .._request import Request

ITEM = "/v1/namespaces/{ns}/items/{key}"


@dataclass
class LargeValues:
    """Attributes:
    asked_at: In seconds of the monotonic clock; None: never.
    here: The answer.
    """

    asked_at: float | None = None
    here: bool = False


@dataclass(frozen=True)
class Settings:
    """Attributes:
    root: The labels of the root namespace.
    fields: Paths of what `query` searches.
    forever: Whether a put without a TTL has none, because the store has a default that it turns off.
    large: Whether there are values in parts, as it was last asked.
    """

    root: tuple[str, ...]
    fields: tuple[str, ...]
    forever: bool
    large: LargeValues = field(default_factory=LargeValues)


@dataclass(frozen=True)
class Ask:
    """A request. Its answer is the model, or True without one.

    An error of one of the codes counts as no answer, which is None; others say what they are about.
    """

    request: Request
    model: type[BaseModel] | None
    none_for: tuple[str, ...] = ()
    about: str = ""


Plan = Generator[Ask, Any, Any]

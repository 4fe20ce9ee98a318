"""A typed client of mneme, the Redis-native memory service for AI agents."""

from . import inputs, models
from ._client import AsyncMnemeClient, MnemeClient
from ._errors import FieldError, MnemeError
from ._events import ServerSentEvent

__all__ = [
    "AsyncMnemeClient",
    "FieldError",
    "MnemeClient",
    "MnemeError",
    "ServerSentEvent",
    "inputs",
    "models",
]

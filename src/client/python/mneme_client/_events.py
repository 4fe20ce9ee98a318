from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class ServerSentEvent:
    """An event of a stream.

    Attributes:
        event: Its kind, such as `change`.
        id: That of the last event that had one: where a new stream goes on.
        data: Its text; JSON for the events of mneme.
    """

    event: str
    id: str | None
    data: str


class EventReader:
    """Reads the events of one stream from its bytes, however these are cut."""

    def __init__(self, last_event_id: str | None) -> None:
        self.last_event_id = last_event_id
        self._decode = getincrementaldecoder("utf-8")(errors="replace").decode
        self._text = ""

    def feed(self, data: bytes) -> Iterator[ServerSentEvent]:
        *blocks, self._text = re.split(r"\r?\n\r?\n", self._text + self._decode(data))
        for block in blocks:
            event, lines = "message", []
            for line in re.split(r"\r?\n", block):
                # A comment, by which the service shows that it is there, has no name.
                name, _, value = line.partition(":")
                value = value.removeprefix(" ")
                if name == "event":
                    event = value
                elif name == "id":
                    self.last_event_id = value
                elif name == "data":
                    lines.append(value)
            if lines:
                yield ServerSentEvent(event, self.last_event_id, "\n".join(lines))

from __future__ import annotations

import random
import time

from ._errors import MnemeError
from ._options import Options
from ._request import Repeat

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0
LONGEST_PAUSE_OF_STREAMS = 5.0
# The service, or what stands before it, may do it later. Only after a 429 is it sure that nothing was done.
PASSING = {408, 429, 502, 503, 504}
UNDONE = {429}
# An earlier attempt is still being worked on.
DOING = {"idempotency_busy", "transfer_busy"}


class Reach:
    """Whether the service has ever answered: until then, a wrong url is more likely than a restart."""

    def __init__(self) -> None:
        self.answered = False


class Attempts:
    """The attempts of one request: how long each may take, and whether another one follows."""

    def __init__(self, options: Options, reach: Reach, repeat: Repeat) -> None:
        self._options = options
        self._reach = reach
        self._repeat = repeat
        self._began = time.monotonic()
        self._count = 0
        self._unsure = False

    def timeout(self, own: float | None) -> float:
        """Of the next attempt, in seconds."""
        if own is not None:
            return own
        most = self._options.timeout
        return most if self._reach.answered else min(most, self._options.connect_timeout)

    def succeeded(self) -> None:
        self._reach.answered = True

    def gone(self, error: MnemeError) -> bool:
        """Whether the error says that an earlier attempt deleted it."""
        return self._unsure and error.status == 404 and self._repeat == "until gone"

    def pause(self, error: MnemeError) -> float | None:
        """Seconds to wait before the next attempt; None: there must be none."""
        options = self._options
        limit = options.retry_for if self._reach.answered else min(options.connect_timeout, options.retry_for)
        self._unsure = self._unsure or error.status not in UNDONE
        if error.status is not None and error.code != "bad_answer":
            self._reach.answered = True
        made = jitter(error, self._count, LONGEST_PAUSE)
        left = limit - (time.monotonic() - self._began)
        again = self._passes(error) and self._count < options.retries and made <= left
        self._count += 1
        return made if again else None

    def _passes(self, error: MnemeError) -> bool:
        repeatable = self._repeat != "never"
        if error.status is None:
            return repeatable and error.code == "unreachable"
        if error.code in DOING:
            return True
        return error.status in PASSING and (repeatable or error.status in UNDONE)


class Streams:
    """The openings of one stream: how long to wait before the next one."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._failures = 0

    def went_on(self) -> None:
        self._failures = 0

    def pause(self, error: MnemeError | None) -> float | None:
        """Seconds before it is opened again, after an error or its end; None: the error isn't one that passes."""
        if error is None:
            # The service ends its streams when it stops.
            return FIRST_PAUSE * random.uniform(0.5, 1.5)
        status = error.status
        passes = status is None or status == 429 or (status >= 502 and status != 507)
        if not passes or self._failures >= self._options.retries:
            return None
        made = jitter(error, self._failures, LONGEST_PAUSE_OF_STREAMS)
        self._failures += 1
        return made


def jitter(error: MnemeError, count: int, longest: float) -> float:
    """What the service asks for, else a time that doubles; at random, so that clients don't come all at once."""
    most = min(FIRST_PAUSE * 2 ** min(count, 10), longest)
    least = most / 2 if error.retry_after is None else error.retry_after
    return float(least + random.random() * most / 2)

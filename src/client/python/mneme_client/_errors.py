from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class FieldError:
    """A field of the request that the service refused, and why."""

    field: str
    message: str


class MnemeError(Exception):
    """The service refused the request, or didn't answer it.

    Attributes:
        code: The service's own, such as `forbidden` or `invalid_request`; else `unreachable`, `timeout` or `bad_answer`.
        detail: What is wrong, for people.
        status: The HTTP status; None without an answer.
        errors: Invalid fields of the request.
        request_id: Id of the request, as in the service's log.
        retry_after: Seconds that the service asked to wait; None: it named none.
        problem: The problem details as they came, with the fields of single codes, such as `failed`.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        status: int | None = None,
        errors: tuple[FieldError, ...] = (),
        request_id: str | None = None,
        retry_after: float | None = None,
        problem: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.status = status
        self.errors = errors
        self.request_id = request_id
        self.retry_after = retry_after
        self.problem = dict(problem or {})

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception is pickled by its message alone unless it says how.
        return (_again, (type(self), self.code, self.detail, self.__dict__))


def _again(kind: type[MnemeError], code: str, detail: str, state: dict[str, Any]) -> MnemeError:
    made = kind(code, detail)
    made.__dict__.update(state)
    return made


def refusal(response: httpx.Response) -> MnemeError:
    """The error of an answer that isn't a success; its body has been read."""
    try:
        problem = response.json() if is_json(response) else None
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        return bad_answer(response.status_code)
    code, detail, request_id = problem.get("code"), problem.get("detail"), problem.get("request_id")
    if not isinstance(code, str) or not isinstance(detail, str):
        return bad_answer(response.status_code)
    errors = problem.get("errors")
    return MnemeError(
        code,
        detail,
        status=response.status_code,
        problem=problem,
        request_id=request_id if isinstance(request_id, str) else None,
        retry_after=_retry_after(response),
        errors=tuple(
            FieldError(each["field"], each["message"])
            for each in (errors if isinstance(errors, list) else [])
            if isinstance(each, dict)
            and isinstance(each.get("field"), str)
            and isinstance(each.get("message"), str)
        ),
    )


def bad_answer(status: int) -> MnemeError:
    return MnemeError(
        "bad_answer", f"The answer (HTTP {status}) isn't from a mneme service. Check the url.", status=status
    )


def failure(error: httpx.RequestError, url: str) -> MnemeError:
    """What kept the answer away."""
    place = httpx.URL(url)
    origin = f"{place.scheme}://{place.netloc.decode('ascii')}"
    if isinstance(error, httpx.TimeoutException):
        return MnemeError("timeout", f"There was no answer from {origin} in time.")
    return MnemeError(
        "unreachable", f"mneme can't be reached at {origin}: {str(error) or type(error).__name__}."
    )


def is_json(response: httpx.Response) -> bool:
    kind: str = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _retry_after(response: httpx.Response) -> float | None:
    seconds = response.headers.get("retry-after", "")
    return float(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) <= 6 else None

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import httpx


@dataclass(frozen=True)
class Options:
    """What a client is made with, checked. Times are in seconds."""

    url: str
    headers: Mapping[str, str]
    timeout: float
    retry_for: float
    connect_timeout: float
    silence: float
    retries: float


def read_options(
    url: str,
    *,
    api_key: str | None,
    timeout: float,
    retry_for: float,
    connect_timeout: float,
    silence: float,
    retries: int | None,
    headers: Mapping[str, str] | None,
) -> Options:
    try:
        place = httpx.URL(url)
    except (httpx.InvalidURL, TypeError):
        place = httpx.URL()
    if place.scheme not in ("http", "https") or not place.host:
        raise ValueError(f"url must be that of a mneme service, such as http://127.0.0.1:8080, not {url!r}.")
    for name, value in (("timeout", timeout), ("connect_timeout", connect_timeout), ("silence", silence)):
        if not (math.isfinite(value) and value > 0):
            raise ValueError(f"{name} must be a number of seconds above 0, not {value!r}.")
    if not (math.isfinite(retry_for) and retry_for >= 0):
        raise ValueError(f"retry_for must be a number of seconds from 0, not {retry_for!r}.")
    if retries is not None and retries < 0:
        raise ValueError(f"retries must be a number from 0, not {retries!r}.")
    sent = {name: _checked(name, value) for name, value in (headers or {}).items()}
    if api_key is not None:
        sent["authorization"] = f"Bearer {_checked_key(api_key)}"
    return Options(
        url=url.rstrip("/"),
        headers=sent,
        timeout=timeout,
        retry_for=retry_for,
        connect_timeout=connect_timeout,
        silence=silence,
        retries=math.inf if retries is None else retries,
    )


# No error quotes a key or a header, which may be secret: httpx's own would.
def _checked_key(api_key: str) -> str:
    key = api_key.strip()
    if key and all("!" <= character <= "~" for character in key):
        return key
    raise ValueError("api_key must be one line of visible ASCII characters.")


def _checked(name: str, value: str) -> str:
    if all(character == "\t" or " " <= character <= "~" for character in value.strip()):
        return value.strip()
    raise ValueError(f"The header {name} has a character that no header can have.")

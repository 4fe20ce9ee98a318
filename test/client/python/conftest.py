from __future__ import annotations

import os
import secrets
from collections.abc import Iterator

import pytest
from mneme_client import MnemeClient

URL = os.environ["MNEME_URL"]


@pytest.fixture
def url() -> str:
    return URL


@pytest.fixture
def ns() -> str:
    return f"test-{secrets.token_hex(8)}"


@pytest.fixture
def mneme() -> Iterator[MnemeClient]:
    with MnemeClient(URL) as client:
        yield client

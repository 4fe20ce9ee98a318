"""large_values.py URL ROOT: meets values of the JavaScript store's own forms, and replaces one and deletes the other."""

from __future__ import annotations

import sys
import warnings

from mneme_client import MnemeError
from mneme_client.langgraph import MnemeStore

url, root = sys.argv[1:]
with MnemeStore(url, root_namespace=root) as store:
    for key in ("large", "bytes"):
        try:
            store.get(("v",), key)
            raise AssertionError(key)
        except MnemeError as error:
            assert f'"{key}"' in error.detail and "JavaScript" in error.detail, error
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        assert [item.key for item in store.search(())] == ["plain"]
    assert len(warned) == 2, warned
    store.put(("v",), "large", {"n": 2})
    store.delete(("v",), "bytes")

"""other_language.py URL ROOT: reads items that the JavaScript store put, puts them again, and puts more of its own.

On standard input: `[[namespace, key, value], …]`. Prints the items that this store put, in the same form.
"""

from __future__ import annotations

import json
import sys

from mneme_client.langgraph import MnemeStore

url, root = sys.argv[1:]
given = json.load(sys.stdin)
with MnemeStore(url, root_namespace=root) as store:
    for namespace, key, value in given:
        found = store.get(tuple(namespace), key)
        assert found is not None, (namespace, key)
        assert (found.namespace, found.key, found.value) == (tuple(namespace), key, value), (namespace, key)
        store.put(tuple(namespace), key, value)
        again = store.get(tuple(namespace), key)
        # The same value, and the same text by which it is found: nothing has changed.
        assert again is not None and again.updated_at == found.updated_at, (namespace, key, value)
    listed = store.search((), limit=len(given) + 1)
    assert len(listed) == len(given), (len(listed), len(given))
    own = [[["python", *namespace], key, value] for namespace, key, value in given]
    for namespace, key, value in own:
        store.put(tuple(namespace), key, value)
print(json.dumps(own))

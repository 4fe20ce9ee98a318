# Run by a test with the package that openapi-python-client makes of the served document.
import json
import sys

from mneme_client import AuthenticatedClient
from mneme_client.api.memories import create_memory
from mneme_client.api.recall import recall
from mneme_client.api.state import put_state
from mneme_client.models import NewMemory, NewMemoryMemoryType, Problem, PutState, RecallRequest

url, key, ns = sys.argv[1:4]
client = AuthenticatedClient(base_url=url, token=key)

new = NewMemory(content="Customer account ID is CX-7742-B.", memory_type=NewMemoryMemoryType.SEMANTIC)
stored = create_memory.sync(ns, client=client, body=new, idempotency_key=ns)
found = recall.sync(client=client, body=RecallRequest(query="CX-7742-B", namespaces=[ns]))
state = put_state.sync(ns, "a/b", client=client, body=PutState(value=[1, {"deep": None}]))
refused = recall.sync(client=client, body=RecallRequest(query="x", namespaces=["a b"]))
assert isinstance(refused, Problem)
print(
    json.dumps(
        {
            "id": stored.id,
            "recalled": [hit.memory.id for hit in found.hits],
            "value": state.value,
            "code": refused.code,
        }
    )
)

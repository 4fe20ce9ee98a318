"""Fills a Redis with memories by mem0 itself: fill.py REDIS_URL EXPORT. EXPORT gets what its get_all gives."""

import json
import os
import sys

os.environ["MEM0_TELEMETRY"] = "False"
os.environ["OPENAI_API_KEY"] = "unused"

from mem0 import Memory
from mem0.embeddings.mock import MockEmbeddings

url, export = sys.argv[1:]
memory = Memory.from_config(
    {
        "vector_store": {
            "provider": "redis",
            "config": {"redis_url": url, "collection_name": "mem0", "embedding_model_dims": 10},
        },
        "history_db_path": ":memory:",
    }
)
memory.embedding_model = MockEmbeddings()


def add(text, **options):
    return memory.add(text, infer=False, **options)["results"][0]["id"]


add("Anna drinks tea.", user_id="anna", metadata={"city": "Graz", "nested": {"floor": 2}})
changed = add("Anna works at the depot.", user_id="anna", agent_id="planner", run_id="run-7")
memory.update(changed, text="Anna works at the depot in Linz.")
add("Anna has the key until summer.", user_id="anna", expiration_date="2999-06-30")
add("Bela drinks coffee.", user_id="bela")
# What its own extraction makes of a text beside the memory.
memory.entity_store.insert(
    vectors=[memory.embedding_model.embed("Graz")],
    ids=["e1"],
    payloads=[{"data": "Graz", "entity_type": "city", "linked_memory_ids": ["m1"], "user_id": "anna"}],
)
with open(export, "w", encoding="utf-8") as out:
    json.dump(memory.get_all(filters={"user_id": "anna"}, top_k=100), out)

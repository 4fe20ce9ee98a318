"""The served document, in the shape that the generators of models and methods need."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]
PREFIX = "#/components/schemas/"
METHODS = ("get", "post", "put", "patch", "delete")
# Limits are the service's to check: a client that checks them too refuses what a newer service takes.
LIMITS = {
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "pattern"),
    *("minItems", "maxItems", "minProperties", "maxProperties", "uniqueItems", "example", "default"),
}


def pascal(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name))


class Document:
    """Operations whose bodies and answers all have a name, and the schemas of these names."""

    def __init__(self, served: Schema) -> None:
        self.schemas: dict[str, Schema] = {}
        for name, schema in served["components"]["schemas"].items():
            self.schemas[name] = {}
            self.schemas[name] = self._named(schema, name, top=True)
        self.operations = [
            self._operation(method, path, operation)
            for path, operations in served["paths"].items()
            for method, operation in operations.items()
            if method in METHODS
        ]

    def _operation(self, method: str, path: str, operation: Schema) -> Schema:
        name = pascal(operation["operationId"])
        body = operation.get("requestBody")
        answers: list[Schema | None] = []
        for status, response in sorted(operation["responses"].items()):
            if status.startswith("2"):
                content = response.get("content") or {}
                schema = next((part["schema"] for part in content.values()), None)
                kind = next(iter(content), None)
                answer = None if schema is None else {"kind": kind, "schema": self._named(schema, f"{name}Result")}
                if answer not in answers:
                    answers.append(answer)
        kinds = list((body or {}).get("content", {}))
        return {
            **{key: operation.get(key, "") for key in ("operationId", "summary", "description")},
            "method": method,
            "path": path,
            "parameters": operation.get("parameters", []),
            "body": body
            and {
                "required": body.get("required", False),
                "kind": kinds[0],
                "schema": self._named(body["content"][kinds[0]]["schema"], f"{name}Input"),
            },
            "answers": answers,
        }

    def _named(self, schema: Any, name: str, top: bool = False) -> Any:
        """Gives each object with fields a name after its place: a number would change with its neighbours."""
        if not isinstance(schema, dict):
            return schema
        made = {key: value for key, value in schema.items() if key not in LIMITS}
        if "allOf" in made:
            # A class with a base: only what is within its own part gets a name.
            made["allOf"] = [self._named(part, name, top=True) for part in made["allOf"]]
        for key in ("anyOf", "oneOf"):
            if key in made:
                parts = made[key]
                made[key] = [
                    self._named(part, name if len(parts) == 1 else f"{name}{self._label(part, at)}")
                    for at, part in enumerate(parts)
                ]
        if "items" in made:
            made["items"] = self._named(made["items"], name)
        if isinstance(made.get("additionalProperties"), dict):
            made["additionalProperties"] = self._named(made["additionalProperties"], f"{name}Value")
        if "properties" not in made:
            return made
        made["properties"] = {
            key: self._named(value, name + pascal(key)) for key, value in made["properties"].items()
        }
        # Whether other fields may come, a TypedDict needn't say; an answer of a newer service may have more of them.
        if isinstance(made.get("additionalProperties"), bool):
            del made["additionalProperties"]
        if top:
            return made
        taken = self.schemas.get(name)
        if taken is not None and taken != made:
            raise ValueError(f"two schemas would be called {name}")
        self.schemas[name] = made
        return {"$ref": PREFIX + name}

    @staticmethod
    def _label(part: Schema, at: int) -> str:
        """A choice is called by the one value that its first field may have, else by its place."""
        for field in part.get("properties", {}).values():
            values = field.get("enum", [field["const"]] if "const" in field else [])
            if len(values) == 1 and isinstance(values[0], str):
                return pascal(values[0])
        return str(at + 1)

    def reachable(self, roots: list[Schema]) -> dict[str, Schema]:
        """The schemas that these name, and those that they name in turn, in the order of the document."""
        found: set[str] = set()
        open_ = [name for root in roots for name in references(root)]
        while open_:
            name = open_.pop()
            if name not in found:
                found.add(name)
                open_.extend(references(self.schemas[name]))
        return {name: schema for name, schema in self.schemas.items() if name in found}


def references(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for part in schema:
            yield from references(part)
    elif isinstance(schema, dict):
        reference = schema.get("$ref")
        if isinstance(reference, str):
            yield reference.removeprefix(PREFIX)
        for part in schema.values():
            yield from references(part)

"""The methods of both clients, made of the operations of the document."""

from __future__ import annotations

import keyword
import re
import textwrap
from typing import Any

from document import PREFIX, Document, Schema

HEADER = '''# Made of the served document by `node scripts/run.mjs client-schema`.
from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from . import inputs, models
from ._events import ServerSentEvent
from ._pages import each, each_async
from ._request import Calls, AsyncCalls, Request
'''
WIDTH = 100
# What every method takes; a header is only taken where the route has it.
HEADERS = {
    "If-Match": ("if_match", "str | int | None", "None"),
    "If-None-Match": ("if_none_match", "str | None", "None"),
    "Idempotency-Key": ("idempotency_key", "str | None", "None"),
    "Prefer": ("durable", "bool", "False"),
    "Last-Event-ID": ("last_event_id", "str | None", "None"),
}


def methods_of(document: Document) -> str:
    parts = [HEADER]
    for name, base, is_async in (("Operations", "Calls", False), ("AsyncOperations", "AsyncCalls", True)):
        kind = "a coroutine" if is_async else "a call that waits for its answer"
        parts.append(f'\n\nclass {name}({base}):\n    """Every operation of the HTTP API, each as {kind}."""\n')
        for operation in document.operations:
            parts.append(_method(document, operation, is_async))
            if _is_list(document, operation):
                parts.append(_iterator(document, operation, is_async))
    return "".join(parts)


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _argument(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name


def _type_of(schema: Schema) -> str:
    """The type of a parameter of the path or the query."""
    values = schema.get("enum")
    if values == ["true", "false"]:
        return "bool"
    if values:
        return f"Literal[{', '.join(map(repr, values))}]"
    if schema.get("format") == "date-time":
        return "str | datetime"
    kind = schema.get("type")
    if kind == "array":
        return f"Sequence[{_type_of(schema['items'])}]"
    return {"integer": "int", "number": "float", "boolean": "bool"}.get(str(kind), "str")


def _parameters(operation: Schema, place: str) -> list[Schema]:
    return [parameter for parameter in operation["parameters"] if parameter["in"] == place]


def _query_type(parameter: Schema) -> str:
    made = _type_of(parameter["schema"])
    if parameter["name"] == "metadata":
        made = "str | Mapping[str, Any]"
    return made if parameter.get("required") else f"{made} | None"


def _body_type(operation: Schema) -> str | None:
    body = operation["body"]
    if body is None:
        return None
    if body["kind"] == "application/octet-stream":
        return "bytes"
    reference = body["schema"].get("$ref")
    return "Any" if reference is None else f"inputs.{reference.removeprefix(PREFIX)}"


def _answer_of(operation: Schema) -> tuple[str, str]:
    """The type that a method gives, and the arguments by which a request asks for it."""
    answers = operation["answers"]
    (some,) = [answer for answer in answers if answer is not None] or [None]
    if some is None:
        return "None", "None"
    if some["kind"] != "application/json":
        return "str", "str"
    name = f"models.{some['schema']['$ref'].removeprefix(PREFIX)}"
    return (f"{name} | None" if None in answers else name), name


def _is_list(document: Document, operation: Schema) -> bool:
    return (
        operation["method"] == "get"
        and any(parameter["name"] == "cursor" for parameter in _parameters(operation, "query"))
        and _list_field(document, operation) is not None
    )


def _list_field(document: Document, operation: Schema) -> tuple[str, str] | None:
    """The one list of a page, and the type of its elements."""
    for answer in operation["answers"]:
        reference = (answer or {}).get("schema", {}).get("$ref")
        page = document.schemas[reference.removeprefix(PREFIX)] if reference else {}
        for field, schema in page.get("properties", {}).items():
            if schema.get("type") == "array":
                element = schema["items"].get("$ref")
                made = "Any" if element is None else f"models.{element.removeprefix(PREFIX)}"
                return field, "str" if schema["items"].get("type") == "string" else made
    return None


def _signature(
    operation: Schema, *, name: str, result: str, is_async: bool, without: tuple[str, ...] = ()
) -> list[str]:
    lines = [f"    {'async ' if is_async else ''}def {name}(", "        self,"]
    lines += [f"        {_argument(p['name'])}: str | int," if p["schema"].get("type") == "integer"
              else f"        {_argument(p['name'])}: str," for p in _parameters(operation, "path")]
    body = _body_type(operation)
    if body is not None:
        required = operation["body"]["required"]
        lines.append(f"        body: {body}," if required else f"        body: {body} | None = None,")
    lines.append("        *,")
    for parameter in _parameters(operation, "query"):
        if parameter["name"] not in without:
            kind = _query_type(parameter)
            default = "" if parameter.get("required") else " = None"
            lines.append(f"        {_argument(parameter['name'])}: {kind}{default},")
    for parameter in _parameters(operation, "header"):
        argument, kind, default = HEADERS[parameter["name"]]
        lines.append(f"        {argument}: {kind} = {default},")
    if result.startswith(("Iterator[ServerSent", "AsyncIterator[ServerSent")) is False:
        lines.append("        timeout: float | None = None,")
    if lines[-1] == "        *,":
        lines.pop()
    lines.append(f"    ) -> {result}:")
    return lines


def _doc(operation: Schema, *, whole: bool, first: str | None = None) -> list[str]:
    summary = first or f"{operation['summary'].rstrip('.')}."
    address = f"`{operation['method'].upper()} {operation['path']}`"
    if not whole:
        return [f'        """{summary} {address}"""' if len(summary + address) < 85 else f'        """{summary}"""']
    lines = [f'        """{summary}', "", f"        {address}"]
    described = operation["description"].replace("\\", "\\\\").replace('"""', "'''")
    for paragraph in filter(None, described.split("\n")):
        lines += ["", *textwrap.wrap(paragraph, WIDTH - 8, initial_indent=" " * 8, subsequent_indent=" " * 8,
                                     break_long_words=False, break_on_hyphens=False)]
    notes = [
        (_argument(p["name"]), (p.get("description") or p["schema"].get("description") or "").replace("\\", "\\\\"))
        for p in operation["parameters"]
        if p["in"] in ("path", "query")
    ]
    if notes:
        lines += ["", "        Args:"]
    for name, text in notes:
        lines += textwrap.wrap(f"{name}: {text}", WIDTH - 12, initial_indent=" " * 12,
                               subsequent_indent=" " * 16, break_long_words=False, break_on_hyphens=False)
    return [*lines, '        """']


def _method(document: Document, operation: Schema, is_async: bool) -> str:
    streams = any((a or {}).get("kind") == "text/event-stream" for a in operation["answers"])
    result, answer = _answer_of(operation)
    if streams:
        result = f"{'AsyncIterator' if is_async else 'Iterator'}[ServerSentEvent]"
    name = snake(operation["operationId"])
    lines = _signature(operation, name=name, result=result, is_async=is_async and not streams)
    lines += _doc(operation, whole=not is_async)
    # A method of the client's for each kind of answer keeps the types exact.
    kind = "events" if streams else {"str": "text", "None": "nothing"}.get(
        answer, "perhaps" if result.endswith("| None") else "answer"
    )
    typed = kind in ("answer", "perhaps")
    lines.append(f"        return {'await ' if is_async and not streams else ''}self._{kind}(")
    if typed:
        lines.append(f"            {answer},")
    lines.append("            Request(")
    lines.append(f'                "{operation["method"].upper()}",')
    lines.append(f'                "{operation["path"]}",')
    path = _parameters(operation, "path")
    if path:
        lines.append(f"                path={{{', '.join(_pair(p) for p in path)}}},")
    query = _parameters(operation, "query")
    if query:
        lines.append("                query={")
        lines += [f"                    {_pair(p)}," for p in query]
        lines.append("                },")
    if operation["body"] is not None:
        lines.append("                body=body,")
    for parameter in _parameters(operation, "header"):
        argument = HEADERS[parameter["name"]][0]
        lines.append(f"                {argument}={argument},")
    if not streams:
        lines.append("                timeout=timeout,")
    lines += ["            ),", "        )"]
    return "\n" + "\n".join(lines) + "\n"


def _pair(parameter: Schema) -> str:
    return f'"{parameter["name"]}": {_argument(parameter["name"])}'


def _iterator(document: Document, operation: Schema, is_async: bool) -> str:
    found = _list_field(document, operation)
    assert found is not None
    field, element = found
    of = snake(operation["operationId"])
    name = re.sub(r"^(list|query)_", "iter_", of)
    result = f"{'AsyncIterator' if is_async else 'Iterator'}[{element}]"
    lines = _signature(operation, name=name, result=result, is_async=False, without=("cursor",))
    first = f"All {field} that `{of}` lists, page by page; `limit` is of a page."
    lines.append(f'        """{first}"""')
    lines.append(f"        return {'each_async' if is_async else 'each'}(")
    lines.append(f"            lambda cursor: self.{of}(")
    lines += [f"                {_argument(p['name'])}," for p in _parameters(operation, "path")]
    for parameter in _parameters(operation, "query"):
        argument = _argument(parameter["name"])
        lines.append(f"                {argument}={argument},")
    lines.append("                timeout=timeout,")
    lines += ["            ),", f"            lambda page: page.{field},", "        )"]
    return "\n" + "\n".join(lines) + "\n"

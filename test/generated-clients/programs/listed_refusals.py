# Hooks of schemathesis: what a schema can't say, and so may refuse a request that fits it. Anything else that is
# refused fails the run: the schema is then wider than the validation.
import re

import schemathesis

LISTED = [
    # Sizes are of UTF-8 and of JSON; a schema counts characters.
    r"bytes",
    r"levels",
    r"[Ll]one surrogate",
    # Characters by their Unicode category: the dialects of patterns disagree on them.
    r"invisible characters",
    r"normali[sz]ed",
    # Which verbs are granted on which patterns.
    r"can only be granted on",
    # Names of members: the document can't say of them what it says of values.
    r"Has a field with an invalid name",
    # White space by Unicode; fields of which one of several must be there, or which exclude each other.
    r"[Bb]lank",
    r"Must change something",
    r"Is required without subject and filter|Must not be combined with subject|Needs entity",
    r"Must hold at least one field",
    r"Must be given",
    r"^Send either \w+ or \w+, not both",
    r"^Set either `\w+` or `\w+`|Only with `filter`",
    r"together with",
    r"Give it or",
    r"[Oo]nly of",
    r"Only an? ",
    r"isn't a fact",
    # Durations in words: the unit decides how many are too many.
    r"Must be at most \d+ seconds",
    r"Must lie (after|before)",
    r"must be before|Must be before|not after",
    r"once: here or beside it|either on the fact",
    r"Must not exceed max_seconds",
    r"another namespace than|the memory's own namespace",
    r"[Tt]wice|more than once|[Dd]uplicate",
    r"since when|valid_from is required",
    # Times: the calendar, UTC's range, and the present.
    r"RFC 3339",
    r"no such date",
    r"future",
    r"time zone|schedule|cron pattern",
    # What a page or an event gave, as it came.
    r"cursor",
    r"id of an event",
    r"(export|import) goes on with part \d|(export|import) is complete",
    # Vectors.
    r"finite numbers",
    r"dimensions|embeds with|no embedder|embedding model|vectors",
    r"Must be a configured model",
    # Languages of their own in a string: JSONPath, JSON in a parameter.
    r"JSONPath|the path doesn't lead to exactly one number|\(at character \d+\)\.$",
    r"^Must not hold more than (one recursive descent|one union|\d+ filters|\d+ parentheses)",
    r"^Must not hold a recursive descent|^In a write, a name in a path must not|^A text in a filter must not hold both",
    r"Must be JSON|Must be a JSON object",
    r"matches nothing",
    r"labels joined by dots",
    r"^Unknown operator \S+: there are |^Can't mix operators \(|^Needs a field around it",
    r"^Must have a condition other than memory_types",
    r"^Must be (an array of|a string, a number|true or false|a filter)|^Must be an object at the top of a filter",
    # Numbers that JSON can write and a double can't hold.
    r"A double can't represent this number|^Must be a number that a double can hold",
    r"beyond what a JSON number holds exactly|can't be stored exactly",
    # A parameter is a text: 1e2 and 0x10 fit a schema of numbers.
    r"^Must be a (single )?(whole )?number(: don't repeat the parameter| from \S+ to \S+, such as \S+)?\.$",
    # The coverage phase sends 0 as a header, whatever its pattern.
    r"ETag exactly as received|Must be \*, which means",
    # A replay of an Idempotency-Key with another request, and what headers say together.
    r"Idempotency-Key",
    r"together with If-Match",
    r"searchable word",
    # What the namespace's other settings are.
    r"treat no kind of personal data",
]
# A patch adds to what is set, which a schema doesn't know.
LISTED_WITH_FIELDS = [(r"^consolidation\.schedule$", r"^Is required\.$")]
LISTED_CODES = {"malformed_json", "query_without_terms", "embedding_mismatch", "payload_too_large", "idempotency_mismatch"}
REFUSALS = {400, 413, 415, 422}


@schemathesis.hook
def before_call(context, case, kwargs) -> None:
    # Short keys come again and again, and a key that comes again with another request is refused.
    if case.headers and case.meta is not None and case.meta.generation.mode.is_positive:
        case.headers.pop("Idempotency-Key", None)


@schemathesis.check
def refusals_are_listed(ctx, response, case) -> None:
    generation = case.meta.generation if case.meta is not None else None
    if response.status_code not in REFUSALS or generation is None or not generation.mode.is_positive:
        return
    problem = response.json()
    if problem["code"] in LISTED_CODES:
        return
    messages = [error["message"] for error in problem.get("errors", [])] or [problem["detail"]]
    fields = [error["field"] for error in problem.get("errors", [])] or [""]
    for field, message in zip(fields, messages):
        listed = any(re.search(pattern, message) for pattern in LISTED) or any(
            re.search(name, field) and re.search(pattern, message) for name, pattern in LISTED_WITH_FIELDS
        )
        assert listed, f"A request that fits the schema is refused: {problem['code']} {field}: {message}"

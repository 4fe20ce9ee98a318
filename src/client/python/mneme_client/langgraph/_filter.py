from __future__ import annotations

import json
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Value = Mapping[str, Any]
Pushed = dict[str, Any]
MISSING = object()
# Beyond that, a filter in a URL might be refused.
MAX_PUSHED_BYTES = 2048
# A filter that is nested deeper is a mistake.
MAX_DEPTH = 32


@dataclass(frozen=True)
class Condition:
    """A part of a filter.

    Attributes:
        matches: Whether a value fulfils it.
        pushed: A filter on metadata in mneme's language that lets through everything that fulfils it, and maybe
            more: there, a scalar also equals an array that holds it. None: there is none.
    """

    matches: Callable[[Any], bool]
    pushed: Pushed | None = None


@dataclass(frozen=True)
class Filter:
    """A filter of `search`, taken apart. `rest`: whether `pushed` may let through items that don't match."""

    matches: Callable[[Any], bool]
    pushed: Pushed | None
    rest: bool


def read_filter(given: Mapping[str, Any] | None) -> Filter:
    """Raises for an operator that isn't known: a condition that is passed over would widen the filter."""
    found = _fields({} if given is None else given, 0)
    small = found.pushed is not None and len(json.dumps(found.pushed)) <= MAX_PUSHED_BYTES
    return Filter(found.matches, found.pushed if small else None, bool(given))


def _fields(given: object, depth: int) -> Condition:
    """All fields and combinations of one object."""
    if not isinstance(given, Mapping):
        raise TypeError("A filter must be a dict of fields. It may also hold $and, $or, $not and $literal.")
    if depth > MAX_DEPTH:
        raise ValueError(f"A filter can't be nested deeper than {MAX_DEPTH} levels.")
    return _all(
        [
            _combination(name, condition, depth)
            if name.startswith("$")
            else _at(name, _condition(condition, depth), _scalars(condition))
            for name, condition in given.items()
        ]
    )


def _combination(name: str, operand: object, depth: int) -> Condition:
    if name == "$and":
        return _all([_fields(part, depth + 1) for part in _some(name, operand)])
    if name == "$or":
        return _any([_fields(part, depth + 1) for part in _some(name, operand)])
    if name == "$not":
        return _not(_fields(operand, depth + 1))
    if name == "$literal":
        if not isinstance(operand, Mapping):
            raise TypeError("$literal takes a dict of fields.")
        return _all([_at(field, _equals(value), [value]) for field, value in operand.items()])
    raise _unknown(name, ["$and", "$or", "$not", "$literal"])


def _at(field: str, condition: Condition, scalars: Sequence[object]) -> Condition:
    """A condition on a field; one that is missing equals None, as in LangGraph's own stores."""
    pushable = _well_formed(field) and len(scalars) > 0 and all(map(_pushable, scalars))
    return Condition(
        lambda value: condition.matches(value.get(field, MISSING)),
        # A field may be called like an operator of mneme's.
        {"$literal": {field: list(scalars)}} if pushable else None,
    )


def _scalars(condition: object) -> Sequence[object]:
    """The values of which a field must be one, where the condition says only that."""
    if not isinstance(condition, Mapping):
        return [condition]
    if list(condition) == ["$eq"]:
        return [condition["$eq"]]
    if list(condition) == ["$in"]:
        return _list("$in", condition["$in"])
    return []


def _condition(condition: object, depth: int) -> Condition:
    """What a value must be: equal, or as operators say. A dict without operators is compared field by field."""
    if depth > MAX_DEPTH:
        raise ValueError(f"A filter can't be nested deeper than {MAX_DEPTH} levels.")
    if not isinstance(condition, Mapping):
        return _equals(condition)
    operators = [name for name in condition if name.startswith("$")]
    if len(operators) == 0:
        parts = {name: _condition(part, depth + 1) for name, part in condition.items()}
        return Condition(
            lambda value: isinstance(value, Mapping)
            and all(part.matches(value.get(name, MISSING)) for name, part in parts.items())
        )
    if len(operators) < len(condition):
        raise TypeError(
            f"A condition has operators ({', '.join(operators)}) with other keys. To compare with a dict that has "
            "such keys, write it in $eq."
        )
    return _all([_operator(name, operand, depth) for name, operand in condition.items()])


COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
}
OPERATORS = ["$eq", "$ne", *COMPARISONS, "$in", "$nin", "$exists", "$not"]


def _operator(name: str, operand: Any, depth: int) -> Condition:
    if name == "$eq":
        return _equals(operand)
    if name == "$ne":
        return _not(_equals(operand))
    if name in ("$in", "$nin"):
        within = _any([_equals(each) for each in _list(name, operand)])
        return within if name == "$in" else _not(within)
    if name == "$exists":
        if not isinstance(operand, bool):
            raise TypeError("$exists takes True or False.")
        return Condition(lambda value: (value is not MISSING) is operand)
    if name == "$not":
        return _not(_condition(operand, depth + 1))
    compare = COMPARISONS.get(name)
    if compare is None:
        raise _unknown(name, OPERATORS)
    limit = _number(operand)
    return Condition(lambda value: compare(_number(value), limit))


def _number(value: object) -> float:
    """As LangGraph's own stores convert; what isn't a number compares with nothing."""
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _equals(operand: object) -> Condition:
    return Condition(lambda value: _same(value, operand))


def _same(value: object, operand: object) -> bool:
    """As JSON: a bool is no number, and a tuple is a list."""
    if value is MISSING:
        return operand is None
    if isinstance(value, bool) or isinstance(operand, bool):
        return value is operand
    if isinstance(value, (list, tuple)) and isinstance(operand, (list, tuple)):
        return len(value) == len(operand) and all(map(_same, value, operand))
    if isinstance(value, Mapping) and isinstance(operand, Mapping):
        return value.keys() == operand.keys() and all(_same(value[key], operand[key]) for key in value)
    return value == operand


def _all(parts: Sequence[Condition]) -> Condition:
    pushed = [part.pushed for part in parts if part.pushed is not None]
    whole: Pushed | None = {"$and": pushed} if len(pushed) > 1 else next(iter(pushed), None)
    return Condition(lambda value: all(part.matches(value) for part in parts), whole)


def _any(parts: Sequence[Condition]) -> Condition:
    pushed = [part.pushed for part in parts if part.pushed is not None]
    whole = len(parts) > 0 and len(pushed) == len(parts)
    return Condition(lambda value: any(part.matches(value) for part in parts), {"$or": pushed} if whole else None)


def _not(part: Condition) -> Condition:
    """The contrary of more than fulfils a condition would be less than what doesn't: it isn't pushed."""
    return Condition(lambda value: not part.matches(value))


def _pushable(value: object) -> bool:
    """None isn't: it also stands for a field that is missing."""
    if isinstance(value, str):
        return _well_formed(value)
    return isinstance(value, bool) or (isinstance(value, (int, float)) and abs(value) <= 2**53 - 1)


def _well_formed(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)



def _list(name: str, operand: object) -> list[Any]:
    if isinstance(operand, (list, tuple)):
        return list(operand)
    raise TypeError(f"{name} takes a list.")


def _some(name: str, operand: object) -> list[Any]:
    parts = _list(name, operand)
    if len(parts) == 0:
        raise TypeError(f"{name} takes a list that isn't empty.")
    return parts


def _unknown(name: str, known: Sequence[str]) -> ValueError:
    return ValueError(f"Unknown operator {name}. Operators allowed here: {', '.join(known)}.")

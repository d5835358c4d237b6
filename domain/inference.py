"""Output schemas where nobody wrote one: from examples of what a tool showed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_KINDS: tuple[tuple[type, str], ...] = ((bool, "boolean"), (int, "number"), (float, "number"), (str, "string"))


def infer_schema(examples: Sequence[Any]) -> dict[str, Any]:
    """A JSON schema that all examples fit.

    Objects whose fields are always the same are closed; those keyed by something else take any key. Where a value was
    seen it may be null as well: few examples show all that can be missing.
    """
    shown = [example for example in examples if example is not None]
    if not shown:
        return {}
    if all(isinstance(example, Mapping) for example in shown):
        return _object(shown)
    if all(isinstance(example, (list, tuple)) for example in shown):
        return {"type": ["array", "null"], "items": infer_schema([item for example in shown for item in example])}
    kinds = dict.fromkeys(_kind(example) for example in shown)
    return {} if "" in kinds else {"type": [*kinds, "null"]}


def closed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """An inferred schema for a whole observation: that nothing at all is shown is not among what was seen."""
    kind = schema.get("type")
    return {**schema, "type": [one for one in kind if one != "null"]} if isinstance(kind, list) else dict(schema)


def _object(shown: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    names = dict.fromkeys(name for example in shown for name in example)
    common = [name for name in names if all(name in example for example in shown)]
    if _is_map(names) or (not common and len(shown) > 1):
        return {"type": ["object", "null"], "additionalProperties": infer_schema([item for example in shown for item in example.values()])}
    fields = {name: infer_schema([example[name] for example in shown if name in example]) for name in names}
    return {"type": ["object", "null"], "properties": fields, "required": common, "additionalProperties": len(common) != len(names)}


def _is_map(names: Iterable[str]) -> bool:
    """Whether keys are identifiers or other data, not names of fields."""
    return any(sum(letter.isdigit() for letter in name) > 2 or " " in name or name != name.lower() for name in names)


def _kind(value: Any) -> str:
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "")

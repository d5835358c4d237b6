"""JSON documents: patched by RFC 6902, and compared place by place."""

from typing import Any

import pytest
from hypothesis import given

from domain.patch import ABSENT, Difference, PatchError, differences, patched
from tests.domain.strategies import json_values

DOCUMENT: dict[str, Any] = {"a/b": {"m~n": [1, 2, {"x": None}]}, "": 0}


@pytest.mark.parametrize(
    ("operation", "result"),
    [
        ({"op": "add", "path": "/a~1b/m~0n/1", "value": 9}, [1, 9, 2, {"x": None}]),
        ({"op": "add", "path": "/a~1b/m~0n/-", "value": 9}, [1, 2, {"x": None}, 9]),
        ({"op": "add", "path": "/a~1b/m~0n/3", "value": 9}, [1, 2, {"x": None}, 9]),
        ({"op": "replace", "path": "/a~1b/m~0n/0", "value": [9]}, [[9], 2, {"x": None}]),
        ({"op": "remove", "path": "/a~1b/m~0n/0"}, [2, {"x": None}]),
        ({"op": "replace", "path": "/a~1b/m~0n/2/x", "value": 1}, [1, 2, {"x": 1}]),
        ({"op": "remove", "path": "/a~1b/m~0n/2/x"}, [1, 2, {}]),
    ],
)
def test_operations_do_what_rfc_6902_says(operation: dict[str, Any], result: list[Any]) -> None:
    """Escapes, indexes and the end of a list; the document before stays as it was."""
    after = patched(DOCUMENT, [operation])

    assert after == {"a/b": {"m~n": result}, "": 0}
    assert DOCUMENT == {"a/b": {"m~n": [1, 2, {"x": None}]}, "": 0}


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "/nowhere", "value": 1},
        {"op": "remove", "path": "/a~1b/m~0n/3"},
        {"op": "add", "path": "/a~1b/m~0n/4", "value": 1},
        {"op": "add", "path": "/a~1b/m~0n/-1", "value": 1},
        {"op": "add", "path": "//x", "value": 1},
        {"op": "add", "path": "x", "value": 1},
        {"op": "add", "path": "/x"},
        {"op": "copy", "path": "/x", "from": "/"},
        {"path": "/x"},
    ],
)
def test_operation_that_does_not_fit_is_named(operation: dict[str, Any]) -> None:
    """The number of the operation and its path are in the message."""
    with pytest.raises(PatchError, match="operation 1"):
        patched(DOCUMENT, [{"op": "add", "path": "/y", "value": 1}, operation])


def test_differences_are_those_of_json() -> None:
    """25 equals 25.0, true is not 1, null is not absent, and paths are escaped."""
    assert list(differences({"a": 25, "b": [1.5]}, {"b": [1.5], "a": 25.0})) == []
    assert list(differences({"a/~": 1}, {"a/~": True})) == [Difference("/a~1~0", 1, True)]
    assert list(differences({"a": None}, {})) == [Difference("/a", None, ABSENT)]
    assert list(differences([1, 2], [2, 1])) == [Difference("/0", 1, 2), Difference("/1", 2, 1)]
    assert list(differences([], {})) == [Difference("", [], {})]


@given(json_values, json_values)
def test_whole_replacement_leads_from_one_value_to_another(one: Any, other: Any) -> None:
    """A replaced root is the new value, and a value does not differ from itself."""
    assert list(differences(patched(one, [{"op": "replace", "path": "", "value": other}]), other)) == []
    assert list(differences(one, one)) == []

"""Which call feeds which is read off the calls; and the form of a path off what feeds what."""

import pytest

from domain.blueprints.toolgraph import Answered, ToolGraph, evidence, flows, form, hops, pairs, words


def _step(tool: str, given: object = None, shown: object = None, *, writes: bool = False) -> Answered:
    return Answered(tool, given or {}, shown, writes)


def test_only_what_names_something_is_a_name() -> None:
    """Numbers of things, amounts and keys of rows name something; statuses, cities and single digits do not."""
    found = words({"status": "pending", "order_id": "#W1234567", "city": "Omaha", "paid": 89.9, "at": "JFK", "bags": 2}, frozenset({"JFK"}))

    assert found == {"#W1234567", "89.90", "JFK"}


def test_a_value_comes_from_the_step_that_showed_it_first() -> None:
    """A step is fed by the first that showed what it is given; what was told needs none."""
    path = [_step("find", {"email": "a1@b.example"}, "ada_1"), _step("get", {"id": "ada_1"}, {"id": "ada_1", "order": "#W1"})]
    path = [*path, _step("cancel", {"order": "#W1", "id": "ada_1"}, writes=True)]

    assert flows(path) == [(0, 1), (0, 2), (1, 2)]
    assert flows(path, told=frozenset({"#W1"})) == [(0, 1), (0, 2)]
    assert evidence(path, flows(path)) == 2


@pytest.mark.parametrize(
    ("edges", "expected", "longest"),
    [
        ([], "single", 1),
        ([(0, 1), (1, 2)], "chain", 3),
        ([(0, 1), (0, 2)], "fan-out", 2),
        ([(0, 2), (1, 2)], "fan-in", 2),
        ([(0, 1), (0, 2), (1, 2)], "fan-in", 3),
        ([(0, 1), (0, 2), (1, 3), (2, 3)], "diamond", 3),
        ([(0, 1), (0, 2), (1, 3), (3, 4), (2, 4)], "diamond", 4),
    ],
)
def test_the_form_of_a_path(edges: list[tuple[int, int]], expected: str, longest: int) -> None:
    """Two ways that meet again make a diamond; one that is the beginning of the other does not."""
    assert form(edges) == expected
    assert hops(edges) == longest


def test_the_graph_has_every_pair_and_how_often() -> None:
    """A pair counts once a path, however else the value is known."""
    path = [_step("list", shown=["#W77", "#W88"]), _step("get", {"order": "#W77"}, "#W77"), _step("get", {"order": "#W88"}, "#W88")]
    graph = ToolGraph(["list", "get", "never"], frozenset())

    graph.add(path)
    graph.add(path[:2])

    assert pairs(path) == {("list", "get")}
    assert graph.pairs == {("list", "get"): 2}
    assert graph.fed_by(["list"]) == {"get"}
    assert graph.uses == {"list": 2, "get": 2}

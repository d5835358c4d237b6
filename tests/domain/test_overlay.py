"""What differs from a base is kept in layers, and reads like one dict; earlier maps stay as they were."""

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.overlay import Overlay
from domain.values import FrozenDict

KEYS = st.integers(0, 60).map("R-{}".format)
ROWS = st.one_of(st.none(), st.builds(lambda status: FrozenDict(status=status), st.sampled_from(["open", "shut", None])))
STEPS = st.lists(st.dictionaries(KEYS, ROWS, min_size=1, max_size=20), max_size=30)


def read(overlay: Overlay) -> list[object]:
    """All that a map says."""
    found = [(key, entry.row, entry.hash) for key, row in overlay.items() if (entry := overlay.get(key)) and entry.row is row]
    return [found, overlay.items(), *(list(overlay.where("status", status)) for status in ("open", "shut", None, "gone"))]


@given(STEPS)
@settings(max_examples=200, deadline=None)
def test_layers_read_like_one_dict(steps: list[dict[str, FrozenDict | None]]) -> None:
    """Keys in order of their first change, the latest row under each, rows by value; a map does not see what came after it."""
    overlay, model = Overlay(), dict[str, FrozenDict | None]()
    before = []
    for number, step in enumerate(steps):
        before.append((overlay, read(overlay)))
        overlay, model = overlay.plus({key: (row, number) for key, row in step.items()}), {**model, **step}

        assert overlay.items() == list(model.items())
        for status in ("open", "shut", None):
            assert list(overlay.where("status", status)) == [
                key for key, row in model.items() if row is not None and row["status"] == status
            ]
        assert all(key in overlay and overlay.get(key).hash == number for key in step)  # type: ignore[union-attr]
        assert "R-61" not in overlay
        assert overlay.get("R-61") is None
    assert all(read(earlier) == said for earlier, said in before)


def test_a_change_copies_few_rows_however_many_there_are() -> None:
    """Ten thousand changes, one by one, leave a handful of layers; what was copied for them grows as the logarithm."""
    overlay, copied = Overlay(), 0
    for number in range(10_000):
        overlay = overlay.plus({f"R-{number}": (None, number)})
        copied += len(overlay._layers[0].entries)

    assert len(overlay.items()) == 10_000
    assert len(overlay._layers) <= 10
    assert copied < 40 * 10_000

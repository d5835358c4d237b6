"""Agreement, AUROC and the rest have known answers."""

from xml.etree import ElementTree

import pytest

from projections.agreement import alpha
from projections.calibration import Labelled, auroc, axis_report, drops, reliability
from projections.reliability import plot

KRIPPENDORFF_2011 = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
"""Four observers, twelve units: the example of "Computing Krippendorff's Alpha-Reliability"."""


def test_alpha_of_the_published_example():
    """.849 for interval data."""
    assert alpha(list(zip(*KRIPPENDORFF_2011, strict=True))) == pytest.approx(0.849, abs=0.0005)


def test_alpha_at_its_ends():
    """Full agreement is 1, also where nothing varies; contrary judges are below 0; a single judge has none."""
    assert alpha([(1, 1), (5, 5), (9, 9)]) == 1
    assert alpha([(10, 10), (10, 10)]) == 1
    assert alpha([(1, 10), (10, 1)]) < 0
    assert alpha([(1,), (2, None)]) is None


def test_auroc_counts_ties_half():
    """1 where flawed ones always score lower, .5 where scores say nothing, 0 where they mislead."""
    assert auroc([1, 2], [3, 4]) == 1
    assert auroc([3, 3], [3, 3]) == 0.5
    assert auroc([5], [1]) == 0
    assert auroc([1, 5], [5, 9]) == pytest.approx(3.5 / 4)
    assert auroc([], [1]) is None


LABELLED = [
    Labelled("a", "", "", {"x": 10, "y": 10}, {"x": 10, "y": 10}),
    Labelled("b", "", "", {"x": 6, "y": 10}, {"x": 6, "y": 10}),
    Labelled("a", "k", "x", {"x": 4, "y": 9}, {"x": 10, "y": 10}),
    Labelled("b", "k", "x", {"x": 8, "y": 10}, {"x": 6, "y": 10}),
]


def test_an_axis_is_reported():
    """Flagged is 7 or less: one of two flawed, one of two sound; the sound ones lose 2 on the mean."""
    report = axis_report(LABELLED, "x")

    assert (report.flawed, report.sound, report.precision, report.recall, report.bias) == (2, 2, 0.5, 0.5, -2)
    assert report.auroc == 0.75
    assert axis_report(LABELLED, "y").recall is None


def test_drops_compare_twins():
    """Each with its own."""
    assert drops(LABELLED, "k", ["x", "y"]) == {"x": 2, "y": 0.5}
    assert drops(LABELLED, "other", ["x"]) == {}


def test_the_plot_is_svg_and_holds_every_bin():
    """A circle for each score that was given, and one for each judge below."""
    bins = reliability(LABELLED, "x")

    assert [(bin_.score, bin_.conversations, bin_.sound) for bin_ in bins] == [(4, 1, 0), (6, 1, 1), (8, 1, 0), (10, 1, 1)]
    svg = ElementTree.fromstring(plot({"x": {"a & b": bins}, "y": {"a & b": reliability(LABELLED, "y")}}))
    assert len(svg.findall("{http://www.w3.org/2000/svg}circle")) == 4 + 2 + 1

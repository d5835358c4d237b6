"""The reliability plot as SVG: for each axis, the score that was given against the share of sound conversations that got it."""

from collections.abc import Mapping, Sequence
from html import escape
from math import sqrt

from projections.calibration import Bin

_WIDTH, _HEIGHT, _MARGIN, _ACROSS = 210, 190, 34, 4
_COLOURS = ("#1f6feb", "#d1495b", "#2b8a3e", "#8250df", "#b7791f")


def plot(panels: Mapping[str, Mapping[str, Sequence[Bin]]]) -> str:
    """
    One panel an axis, one line a judge; points are larger the more conversations they stand for.

    Args:
        panels: Axis -> judge -> what ``reliability`` gives.
    """
    down = -(-len(panels) // _ACROSS)
    judges = list(dict.fromkeys(judge for lines in panels.values() for judge in lines))
    width, height = _ACROSS * _WIDTH, down * _HEIGHT + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="sans-serif" font-size="10">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for number, (axis, lines) in enumerate(panels.items()):
        left, top = number % _ACROSS * _WIDTH, number // _ACROSS * _HEIGHT
        parts += _panel(axis, [(judges.index(judge), bins) for judge, bins in lines.items()], left, top)
    for number, judge in enumerate(judges):
        x = _MARGIN + number * 150
        parts.append(f'<circle cx="{x}" cy="{height - 12}" r="4" fill="{_colour(number)}"/>')
        parts.append(f'<text x="{x + 8}" y="{height - 8}">{escape(judge)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(axis: str, lines: Sequence[tuple[int, Sequence[Bin]]], left: int, top: int) -> list[str]:
    x0, x1, y0, y1 = left + _MARGIN, left + _WIDTH - 10, top + _HEIGHT - _MARGIN, top + 22

    def at(score: float, share: float) -> tuple[float, float]:
        return x0 + (score - 1) / 9 * (x1 - x0), y0 - share * (y0 - y1)

    parts = [
        f'<text x="{x0}" y="{top + 14}" font-weight="bold">{escape(axis)}</text>',
        f'<rect x="{x0}" y="{y1}" width="{x1 - x0}" height="{y0 - y1}" fill="none" stroke="#999"/>',
        f'<line x1="{x0}" y1="{y0}" x2="{x1}" y2="{y1}" stroke="#ccc" stroke-dasharray="3"/>',
        f'<text x="{x0}" y="{y0 + 12}">1</text><text x="{x1 - 10}" y="{y0 + 12}">10</text>',
        f'<text x="{x0 + 50}" y="{y0 + 12}">score given</text>',
        f'<text x="{left + 8}" y="{y0}">0</text><text x="{left + 8}" y="{y1 + 8}">1</text>',
        f'<text x="{left + 16}" y="{y0 - 30}" transform="rotate(-90 {left + 16} {y0 - 30})">share sound</text>',
    ]
    for number, bins in lines:
        points = [(*at(bin_.score, bin_.sound), bin_) for bin_ in bins]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{_colour(number)}" stroke-opacity="0.5"/>')
        for x, y, bin_ in points:
            size = min(9.0, 1.5 + sqrt(bin_.conversations) / 4)
            title = f"<title>{bin_.conversations} conversations scored {bin_.score:g}: {bin_.sound:.2f} sound</title>"
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}" fill="{_colour(number)}" fill-opacity="0.6">{title}</circle>')
    return parts


def _colour(number: int) -> str:
    return _COLOURS[number % len(_COLOURS)]

"""Blueprints that are sound by how they are made: as they are drawn, with the path that reached their goal."""

from collections.abc import Iterator

from actors.drawing.drawer import Drawer
from actors.plan import Place
from domain.blueprints.verifying.ground import Ground


def walked(place: Place, count: int, seed: int = 0) -> Iterator[Ground]:
    """So many blueprints of a place."""
    drawer = Drawer(place.setting, place.base, seed)
    found, number = 0, 0
    while found < count:
        drawn, number = drawer.draw(number), number + 1
        if drawn is not None and not drawn.reasons:
            found += 1
            yield Ground(drawn.blueprint, place.setting, place.base)

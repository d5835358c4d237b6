"""How users are drawn: a point of the unit cube, a coordinate for each thing to draw, is turned into a persona.

Every sampler gives each coordinate evenly from 0 to 1, so the probabilities of profiles.py and traits.py hold for all of them:

- ``independent``: each coordinate on its own, as published.
- ``copula``: coordinates that go together as traits do among people, by a Gaussian copula with a few common factors.
- ``coverage``: the points of a run lie evenly in the cube: a Halton sequence whose digits are shuffled by the run's seed
  (Owen 2017, "A randomized Halton algorithm in R"), so that even a small run meets every sort of user.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from math import ceil, log, sqrt
from random import Random
from statistics import NormalDist

from domain.errors import SettingError
from domain.persona.profiles import DELTAS, NOISE, PROFILES
from domain.persona.traits import DEMOGRAPHICS, DISPOSITIONS, EMOTIONS, Kind, Persona

SAMPLERS = ("independent", "copula", "coverage")
SHARES: Mapping[str, float] = {"simple": 0.08, "medium": 0.36, "complex": 0.48, "vague": 0.08}
"""Complexity -> probability; published nowhere, so ours."""
COORDINATES = ("profile", "complexity", *DEMOGRAPHICS, *DISPOSITIONS, *EMOTIONS)

FACTORS: Sequence[Mapping[str, float]] = (
    {"digital_literacy": 0.7, "domain_knowledge": 0.5, "confidence": 0.5, "age_bracket": -0.5, "slang_usage": 0.3},  # at home with machines
    {"patience": 0.6, "politeness": 0.5, "frustration": -0.6, "stress": -0.5, "assertiveness": -0.4, "time_availability": -0.5},  # calm
    {"platform_trust": 0.6, "trust": 0.7, "anxiety": -0.5, "compliance_tendency": 0.4, "risk_tolerance": 0.3},  # trustful
    {"slang_usage": 0.6, "emoji_usage": 0.7, "politeness": -0.2, "age_bracket": -0.4},  # casual
    {"verbosity": 0.6, "language_proficiency": -0.5, "emoji_usage": 0.2},  # talkative
    {"cost_sensitivity": 0.6, "risk_tolerance": -0.5, "anxiety": 0.3},  # careful
)
"""What traits have in common: each factor's loadings. Two traits correlate by the sum of their loadings' products; ours."""
_NORMAL = NormalDist()
_RESOLUTION = 2.0**32
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97)


def draw_persona(rng: Random, kind: Kind = "none", *, sampler: str = "independent", index: int = 0, seed: str = "") -> Persona:
    """
    Draw one user.

    Args:
        rng: For the samplers that draw by chance.
        kind: What sort of matter they come with.
        index: For ``coverage``, which point of the sequence, counted from 0.
        seed: For ``coverage``, shuffles the sequence; one for all users of a setting in a run.

    Raises:
        SettingError: There is no such sampler.
    """
    check_sampler(sampler)
    if sampler == "coverage":
        point = covering(index, seed)
    else:
        point = correlated(rng) if sampler == "copula" else [rng.random() for _ in COORDINATES]
    return persona_at(point, kind)


def check_sampler(sampler: str) -> None:
    """Make sure that there is such a sampler.

    Raises:
        SettingError: There is not.
    """
    if sampler not in SAMPLERS:
        raise SettingError(f"there is no persona sampler {sampler!r}; there are {', '.join(SAMPLERS)}")


def persona_at(point: Sequence[float], kind: Kind = "none") -> Persona:
    """The user at a point of the unit cube, coordinates as in ``COORDINATES``; the same point with another kind feels otherwise only."""
    at = dict(zip(COORDINATES, point, strict=True))
    name = list(PROFILES)[int(at["profile"] * len(PROFILES))]
    profile, deltas = PROFILES[name], DELTAS[kind]
    return Persona(
        profile=name,
        complexity=_chosen(SHARES, at["complexity"]),
        demographics={trait: _chosen(values, at[trait]) for trait, values in DEMOGRAPHICS.items()},
        dispositions={trait: _clip(base + NOISE * _quantile(at[trait])) for trait, base in profile.base.items()},
        emotions={trait: _clip(low + at[trait] * (high - low) + deltas.get(trait, 0.0)) for trait, (low, high) in profile.moods.items()},
    )


def correlated(rng: Random) -> list[float]:
    """A point whose coordinates share the factors."""
    common = [rng.gauss(0, 1) for _ in FACTORS]
    point = []
    for trait in COORDINATES:
        loadings = [factor.get(trait, 0.0) for factor in FACTORS]
        own = sqrt(1 - sum(loading * loading for loading in loadings))
        shared = sum(loading * factor for loading, factor in zip(loadings, common, strict=True))
        point.append(min(_NORMAL.cdf(shared + own * rng.gauss(0, 1)), 1 - 1 / _RESOLUTION))
    return point


def covering(index: int, seed: str) -> list[float]:
    """A point of the shuffled Halton sequence."""
    point = []
    for place, prime in enumerate(_PRIMES):
        rest, value, weight = index, 0.0, 1.0 / prime
        for shuffled in _shuffles(seed, place, prime):
            rest, digit = divmod(rest, prime)
            value += shuffled[digit] * weight
            weight /= prime
        point.append(min(value, 1 - 1 / _RESOLUTION))
    return point


@cache
def _shuffles(seed: str, place: int, prime: int) -> tuple[tuple[int, ...], ...]:
    """For each digit of one coordinate, the digit that stands in its place."""
    rng = Random(f"{seed}/coverage/{place}")
    return tuple(tuple(rng.sample(range(prime), prime)) for _ in range(ceil(log(_RESOLUTION, prime))))


def _chosen(shares: Mapping[str, float], at: float) -> str:
    """The value in whose share a coordinate falls."""
    *first, last = shares
    for value in first:
        at -= shares[value]
        if at < 0:
            return value
    return last


def _quantile(at: float) -> float:
    return _NORMAL.inv_cdf(min(max(at, 1 / _RESOLUTION), 1 - 1 / _RESOLUTION))


def _clip(value: float) -> float:
    return round(min(max(value, 0.0), 1.0), 3)

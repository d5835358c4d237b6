"""Personas have the published distributions, whatever draws them; rules fire exactly where their condition holds."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import combinations
from math import sqrt
from random import Random
from statistics import NormalDist, correlation

import pytest

from domain.errors import SettingError
from domain.persona.profiles import DELTAS, NOISE, PROFILES
from domain.persona.rules import RULES, fired
from domain.persona.sampling import COORDINATES, FACTORS, SAMPLERS, SHARES, covering, draw_persona, persona_at
from domain.persona.traits import DEMOGRAPHICS, DISPOSITIONS, EMOTIONS, FACETS, Persona, bucket
from tests.domain.personas import persona

COUNT = 6000
CHI_SQUARE = {3: 11.34, 4: 13.28, 5: 15.09, 7: 18.48}
"""Degrees of freedom -> what is exceeded once in a hundred times."""
KOLMOGOROV = 1.63
"""The same for the distance of two distributions, times the root of the number of values."""


@cache
def crowd(sampler: str = "independent") -> tuple[Persona, ...]:
    """Many users, drawn once."""
    return tuple(draw_persona(Random(f"crowd/{index}"), sampler=sampler, index=index, seed="crowd") for index in range(COUNT))


def chi_square(found: Sequence[str], shares: dict[str, float]) -> float:
    """Pearson's statistic."""
    counts = Counter(found)
    return sum((counts[value] - share * len(found)) ** 2 / (share * len(found)) for value, share in shares.items())


def distance(values: Sequence[float], normal: NormalDist) -> float:
    """Kolmogorov and Smirnov's statistic."""
    ordered, count = sorted(values), len(values)
    steps = enumerate(map(normal.cdf, ordered))
    return max(max(at - rank / count, (rank + 1) / count - at) for rank, at in steps)


def test_there_are_23_traits() -> None:
    """Six, twelve and five."""
    assert (len(DEMOGRAPHICS), len(DISPOSITIONS), len(EMOTIONS), len(FACETS)) == (6, 12, 5, 23)
    assert all(abs(sum(shares.values()) - 1) < 1e-9 for shares in (*DEMOGRAPHICS.values(), SHARES))


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("trait", DEMOGRAPHICS)
def test_demographics_have_their_probabilities(trait: str, sampler: str) -> None:
    """Chi-square at one per cent."""
    shares = dict(DEMOGRAPHICS[trait])
    assert chi_square([one.demographics[trait] for one in crowd(sampler)], shares) < CHI_SQUARE[len(shares) - 1]


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_profiles_and_complexities_have_their_probabilities(sampler: str) -> None:
    """Each profile as often as another."""
    assert chi_square([one.profile for one in crowd(sampler)], dict.fromkeys(PROFILES, 1 / 8)) < CHI_SQUARE[7]
    assert chi_square([one.complexity for one in crowd(sampler)], dict(SHARES)) < CHI_SQUARE[3]


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_dispositions_are_noisy_bases(sampler: str) -> None:
    """Kolmogorov-Smirnov at one per cent, on every trait whose base is so far from the ends that nothing is clipped."""
    for trait in DISPOSITIONS:
        noise = [
            one[trait] - PROFILES[one.profile].base[trait] for one in crowd(sampler) if 0.3 <= PROFILES[one.profile].base[trait] <= 0.7
        ]
        assert distance(noise, NormalDist(0, NOISE)) < KOLMOGOROV / sqrt(len(noise)), trait


def test_dispositions_are_clipped() -> None:
    """What noise takes beyond the ends stands at the ends."""
    literate = [one["digital_literacy"] for one in crowd() if one.profile == "tech_savvy"]
    assert max(literate) == 1.0
    share = literate.count(1.0) / len(literate)
    assert share == pytest.approx(1 - NormalDist(0.95, NOISE).cdf(0.9995), abs=0.05)


def test_the_printed_bases_are_as_printed() -> None:
    """The only two."""
    base = PROFILES["tech_savvy"].base
    assert (base["digital_literacy"], base["domain_knowledge"]) == (0.95, 0.85)


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_emotions_are_even_between_their_bounds(emotion: str) -> None:
    """Within the profile's range, and spread evenly over it."""
    at = []
    for one in crowd():
        low, high = PROFILES[one.profile].moods[emotion]
        assert low - 0.0005 <= one[emotion] <= high + 0.0005
        at.append((one[emotion] - low) / (high - low))
    shares = {f"{tenth}": 0.25 for tenth in range(4)}
    assert chi_square([f"{min(int(value * 4), 3)}" for value in at], shares) < CHI_SQUARE[3]


def test_the_table_of_deltas_is_exact() -> None:
    """As published; no other kind, no other emotion."""
    assert DELTAS == {
        "none": {},
        "complaint": {"frustration": 0.20, "trust": -0.15},
        "escalation": {"frustration": 0.30, "stress": 0.20, "trust": -0.25},
        "checkout": {"anxiety": 0.15, "stress": 0.10},
        "dispute": {"frustration": 0.25, "anxiety": 0.20, "trust": -0.20},
        "account_issue": {"anxiety": 0.20, "stress": 0.15},
    }


@pytest.mark.parametrize("kind", DELTAS)
def test_a_kind_moves_emotions_by_its_deltas_and_nothing_else(kind: str) -> None:
    """The same point with another kind: emotions differ by the table, before clipping, and all else is the same."""
    for seed in range(50):
        plain, moved = draw_persona(Random(seed)), draw_persona(Random(seed), kind)  # type: ignore[arg-type]
        assert moved.feeling(plain.emotions) == plain
        for emotion in EMOTIONS:
            expected = min(max(plain[emotion] + DELTAS[kind].get(emotion, 0.0), 0.0), 1.0)
            assert moved[emotion] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("value", "expected"), [(0.0, "low"), (0.349, "low"), (0.35, "medium"), (0.699, "medium"), (0.7, "high"), (1.0, "high")]
)
def test_buckets_have_their_bounds(value: float, expected: str) -> None:
    """Low below .35, high from .70 on."""
    assert bucket(value) == expected
    assert persona(patience=value).facets["patience"] == expected


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("technical", {"digital_literacy": 0.70, "domain_knowledge": 0.70}),
        ("compares", {"cost_sensitivity": 0.70, "patience": 0.60}),
        ("by_the_book", {"risk_tolerance": 0.30, "compliance_tendency": 0.70}),
        ("escalates", {"patience": 0.40, "assertiveness": 0.60}),
        ("context_first", {"verbosity": 0.70, "politeness": 0.70}),
        ("rechecks", {"digital_literacy": 0.30, "platform_trust": 0.50}),
        ("casual", {"slang_usage": 0.70, "emoji_usage": 0.70}),
    ],
)
def test_a_rule_fires_exactly_where_its_condition_holds(rule: str, holds: dict[str, float]) -> None:
    """At its bounds, and no longer where either trait is a thousandth beyond them."""
    quiet = {"digital_literacy": 0.5, "patience": 0.5, "platform_trust": 0.6}
    assert rule in fired(persona(**{**quiet, **holds}))
    below = {("by_the_book", "risk_tolerance"), ("escalates", "patience"), ("rechecks", "digital_literacy"), ("rechecks", "platform_trust")}
    for trait, bound in holds.items():
        beyond = bound + (0.001 if (rule, trait) in below else -0.001)
        assert rule not in fired(persona(**{**quiet, **holds, trait: beyond})), trait


def test_there_are_seven_rules_and_they_move_nothing() -> None:
    """They only add a sentence."""
    assert len(RULES) == 7
    one = crowd()[0]
    before = one.model_dump()
    fired(one)
    assert one.model_dump() == before
    assert fired(persona()) == []


def test_the_copula_correlates_as_its_factors_say() -> None:
    """Noise of two traits goes together as the sum of their loadings' products; independent draws do not."""
    inner = [one for one in crowd("copula") if one.profile in ("tier_2", "ambiguous")]
    plain = [one for one in crowd() if one.profile in ("tier_2", "ambiguous")]
    for one, other in combinations(("patience", "politeness", "assertiveness", "platform_trust", "risk_tolerance"), 2):
        expected = sum(factor.get(one, 0.0) * factor.get(other, 0.0) for factor in FACTORS)
        for users, wanted in ((inner, expected), (plain, 0.0)):
            noise = [[user[trait] - PROFILES[user.profile].base[trait] for user in users] for trait in (one, other)]
            assert correlation(*noise) == pytest.approx(wanted, abs=0.09), (one, other)
    assert {trait for factor in FACTORS for trait in factor} <= set(COORDINATES)


def test_coverage_lies_evenly() -> None:
    """256 users lie more evenly than chance in every coordinate, and 96 meet more pairs of profile and complexity."""
    points = [covering(index, "run/setting") for index in range(256)]
    even = NormalDist()  # compared as normal values, since that is what ``distance`` knows
    worst = max(distance([even.inv_cdf(point[place]) for point in points], even) for place in range(len(COORDINATES)))
    assert worst < 0.04 < KOLMOGOROV / sqrt(256)
    assert points[:5] == [covering(index, "run/setting") for index in range(5)] != [covering(index, "another") for index in range(5)]

    chance = [[Random(f"{index}/{place}").random() for place in range(len(COORDINATES))] for index in range(96)]
    met, met_by_chance = ({(persona_at(point).profile, persona_at(point).complexity) for point in some} for some in (points[:96], chance))
    assert len(met) > len(met_by_chance)


def test_a_persona_is_all_there() -> None:
    """A trait too few, an unknown value and a number out of range are refused."""
    for wrong in ({"channel": "pigeon"}, {"patience": 1.5}, {"trust": -0.1}):
        with pytest.raises(ValueError, match=r"demographics|dispositions|emotions"):
            persona(**wrong)  # type: ignore[arg-type]


def test_an_unknown_sampler_is_refused_by_name() -> None:
    """With those that there are."""
    with pytest.raises(SettingError, match="no persona sampler 'sobol'; there are independent, copula, coverage"):
        draw_persona(Random(0), sampler="sobol")

"""Eight named profiles, around which users are drawn, and what the kind of their matter adds to their feelings.

Names, the noise around a base and the table of deltas are those of StateGen's companion paper (arXiv 2609.08592). It prints
two base values, digital literacy and domain knowledge of ``tech_savvy``; all others here are ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.persona.traits import DISPOSITIONS, EMOTIONS

NOISE = 0.08
"""Standard deviation of a disposition around its profile's base."""

DELTAS: Mapping[str, Mapping[str, float]] = {
    "none": {},
    "complaint": {"frustration": 0.20, "trust": -0.15},
    "escalation": {"frustration": 0.30, "stress": 0.20, "trust": -0.25},
    "checkout": {"anxiety": 0.15, "stress": 0.10},
    "dispute": {"frustration": 0.25, "anxiety": 0.20, "trust": -0.20},
    "account_issue": {"anxiety": 0.20, "stress": 0.15},
}
"""Kind of matter -> emotion -> what is added before clipping."""


@dataclass(frozen=True)
class Profile:
    """A kind of user."""

    base: Mapping[str, float]
    """Disposition -> what it is drawn around."""
    moods: Mapping[str, tuple[float, float]]
    """Emotion -> lowest and highest value with which a conversation begins, before the kind's delta."""


def _profile(base: tuple[float, ...], *moods: tuple[float, float]) -> Profile:
    return Profile(dict(zip(DISPOSITIONS, base, strict=True)), dict(zip(EMOTIONS, moods, strict=True)))


# fmt: off
PROFILES: Mapping[str, Profile] = {
    #                            cost patience assertive verbose polite domain risk comply trust literate slang emoji
    "tech_savvy": _profile(      (.40, .50,    .60,      .40,    .50,   .85,   .60, .45,   .60,  .95,     .45,  .35),
                                 (.05, .35), (.05, .30), (.45, .80), (.65, .95), (.10, .40)),
    "budget_conscious": _profile((.90, .65,    .55,      .55,    .60,   .45,   .25, .60,   .45,  .55,     .25,  .30),
                                 (.15, .45), (.25, .60), (.30, .65), (.35, .65), (.25, .55)),
    "error_prone": _profile(     (.50, .45,    .35,      .60,    .60,   .25,   .50, .40,   .55,  .30,     .45,  .45),
                                 (.20, .55), (.35, .70), (.40, .75), (.15, .45), (.30, .65)),
    "ambiguous": _profile(       (.50, .55,    .25,      .70,    .60,   .30,   .45, .50,   .50,  .50,     .35,  .40),
                                 (.10, .40), (.30, .65), (.40, .70), (.15, .45), (.20, .55)),
    "power_user": _profile(      (.45, .30,    .80,      .30,    .40,   .90,   .65, .50,   .55,  .85,     .30,  .15),
                                 (.20, .50), (.05, .25), (.40, .70), (.70, .95), (.20, .50)),
    "tier_1": _profile(          (.25, .70,    .50,      .50,    .75,   .60,   .45, .70,   .75,  .65,     .15,  .20),
                                 (.05, .25), (.05, .30), (.60, .90), (.55, .85), (.05, .30)),
    "tier_2": _profile(          (.65, .45,    .55,      .45,    .50,   .45,   .40, .55,   .50,  .50,     .40,  .35),
                                 (.15, .45), (.20, .50), (.40, .70), (.35, .65), (.25, .55)),
    "curious": _profile(         (.45, .80,    .40,      .80,    .75,   .50,   .60, .55,   .65,  .60,     .40,  .60),
                                 (.05, .25), (.10, .40), (.55, .85), (.45, .75), (.05, .35)),
}
# fmt: on
"""Name -> profile; each is drawn as often as the others."""

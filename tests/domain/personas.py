"""One user, unremarkable in all that a test does not name."""

from domain.persona.traits import DEMOGRAPHICS, DISPOSITIONS, EMOTIONS, Persona


def persona(**traits: float | str) -> Persona:
    """First value, or .5, of each trait that is not named; ``profile`` and ``complexity`` can be named as well."""
    every = {**{name: next(iter(values)) for name, values in DEMOGRAPHICS.items()}, **dict.fromkeys((*DISPOSITIONS, *EMOTIONS), 0.5)}
    every |= {"profile": "curious", "complexity": "medium", **traits}
    return Persona.model_validate(
        {
            "profile": every["profile"],
            "complexity": every["complexity"],
            "demographics": {name: every[name] for name in DEMOGRAPHICS},
            "dispositions": {name: every[name] for name in DISPOSITIONS},
            "emotions": {name: every[name] for name in EMOTIONS},
        }
    )

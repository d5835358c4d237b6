"""Options that give a number for each of several names."""

from domain.errors import SettingError


def numbers(flag: str, text: str, example: str) -> dict[str, float]:
    """``timeout=0.02,stale=0.01`` as numbers by name.

    Args:
        flag: The option, for errors.
        example: How one is written, for errors.

    Raises:
        SettingError: It is not written so.
    """
    found: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, number = part.partition("=")
        try:
            found[name.strip()] = float(number)
        except ValueError:
            raise SettingError(f"{flag} {part}: {number!r} is no number; write it as {example}") from None
    return found

"""The one shape that all events share."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    """An immutable value inside an event."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Event(Fact):
    """Something that happened, in the past tense; stored under ``TOPIC``, never under a Python path.

    A released class is never edited: a new version gets a new topic, a step in ``catalogue.py`` and a
    golden stream in the tests.
    """

    TOPIC: ClassVar[str] = ""

    def to_json(self) -> bytes:
        """The fact as it is stored and hashed: fields in order of declaration, defaults left out."""
        return self.__pydantic_serializer__.to_json(self, exclude_defaults=True)

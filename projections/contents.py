"""What the digests in a log stand for, each read once while it is in use."""

from functools import lru_cache
from typing import Any

import orjson
import yaml

from domain.world import Base
from events.errors import CorruptLog
from events.log import Log

_TEXTS, _BASES = 256, 8


class Contents:
    """Content of a store by digest: texts, JSON, world bases.

    Long texts and worlds are shared by thousands of conversations; personas and goals are not, and drop out.
    """

    def __init__(self, store: Log) -> None:
        self.store = store
        self.text = lru_cache(_TEXTS)(self._text)
        self.base = lru_cache(_BASES)(self._base)
        self.scenario = lru_cache(_TEXTS)(self._scenario)

    def json(self, digest: str) -> Any:
        """Content that is JSON.

        Raises:
            CorruptLog: It is missing, changed, or not JSON.
        """
        try:
            return orjson.loads(self.text(digest))
        except ValueError as error:
            raise CorruptLog(f"{self.store.place}: content {digest[:12]} is not JSON: {error}") from error

    def _text(self, digest: str) -> str:
        return self.store.get(digest).decode()

    def summary(self, digest: str) -> str:
        """The setting in a few words; empty where its ``scenario.yaml`` has none."""
        return " ".join(str(self.scenario(digest).get("summary", "")).split())

    def _scenario(self, digest: str) -> dict[str, Any]:
        """A setting's ``scenario.yaml``; empty where there is none."""
        files = self.json(digest)
        try:
            scenario = yaml.safe_load(files.get("scenario.yaml", ""))
        except (yaml.YAMLError, AttributeError) as error:
            why = " ".join(str(error).split())
            raise CorruptLog(f"{self.store.place}: content {digest[:12]} is not a setting's files: {why}") from error
        return scenario if isinstance(scenario, dict) else {}

    def _base(self, digest: str) -> Base:
        try:
            return Base.of_document(orjson.loads(self.store.get(digest)))
        except (ValueError, KeyError, TypeError) as error:
            raise CorruptLog(f"{self.store.place}: content {digest[:12]} is not a world: {error!r}") from error

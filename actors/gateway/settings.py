"""How models are reached and what they are asked with: the file that ``--models`` names.

::

    providers:                       # by the first part of a model's name, or by the whole of it
      hosted_vllm:
        api_base: http://127.0.0.1:8000/v1
        key: VLLM_KEY                # environment variable that holds the key; keys themselves are never written down
        concurrency: 64
        requests_per_minute: 3000
        tokens_per_minute: 2000000
        timeout_s: 120
        patience_s: 900
        price: {input: 0.15, output: 0.6}     # US dollars for a million tokens
        trace: true                  # send the names of conversation and agent along, for proxies
    roles:                           # decides bytes: part of the run's settings
      assistant: {temperature: 0.7, max_tokens: 2000, repairs: 2}
      user: {temperature: 1, candidates: 4}
      tools: {temperature: 0}
      judge: {temperature: 0, more: {response_format: {type: json_object}}}    # decides judgements only
"""

import os
from collections.abc import Mapping
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from domain.agents import ASSISTANT, parent_of
from domain.errors import SettingError
from domain.team import kind_of


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Price(_Part):
    """US dollars for a million tokens."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)

    def nano(self, prompt_tokens: int, completion_tokens: int) -> int:
        """Billionths of a dollar for one call."""
        return round(self.input * 1000 * prompt_tokens + self.output * 1000 * completion_tokens)


class Provider(_Part):
    """Where models of one provider are, and how hard it may be pressed by the whole run."""

    api_base: str | None = None
    key: str | None = None
    concurrency: int = Field(default=64, gt=0)
    requests_per_minute: float | None = Field(default=None, gt=0)
    tokens_per_minute: float | None = Field(default=None, gt=0)
    timeout_s: float = Field(default=180, gt=0)
    patience_s: float = Field(default=900, gt=0)
    """How long one call is tried before the model counts as lost."""
    price: Price | None = None
    trace: bool = False

    def secret(self) -> str | None:
        """The key.

        Raises:
            SettingError: The environment lacks it.
        """
        if self.key is None:
            return None
        if not os.environ.get(self.key):
            raise SettingError(f"the environment variable {self.key} is to hold the key of {self.api_base or 'a provider'}; set it")
        return os.environ[self.key]


class Role(_Part):
    """How the model of a role is asked; decides bytes."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = Field(default=None, gt=0)
    seed: int | None = None
    reasoning_effort: str | None = None
    more: dict[str, JsonValue] = {}
    """Whatever else the provider takes."""
    repairs: int = Field(default=2, ge=0)
    """How often a model is asked again after a reply that cannot be acted on."""
    candidates: int = Field(default=1, ge=1, le=16)
    """Of the user only: replies to choose from."""

    def parameters(self, sample: int = 0) -> dict[str, JsonValue]:
        """What goes to the provider; each sample has a seed of its own, where there is one."""
        own = self.model_dump(mode="json", exclude={"more", "repairs", "candidates"}, exclude_none=True)
        if self.seed is not None:
            own["seed"] = self.seed + sample
        return {**own, **self.more}


class Reach(_Part):
    """How models are reached; holds no secret, decides no bytes, and may be sent to other machines."""

    providers: dict[str, Provider] = {}
    fallbacks: tuple[str, ...] = ()
    """Models that are asked in this order where one cannot be reached."""
    most_usd: float | None = Field(default=None, ge=0)
    """For the whole run."""
    share: float = 1
    """Of all limits: one host's part."""
    recorded: dict[str, Path] = {}
    """Role -> folder of the run whose replies are said again instead."""

    def recording(self, path: str) -> Path | None:
        """Where an agent's replies are said again from; its sub-agents go with the assistant."""
        kind = kind_of(path)
        while kind not in self.recorded and kind.startswith(ASSISTANT + "/"):
            kind = parent_of(kind)
        return self.recorded.get(kind)

    def provider(self, model: str) -> tuple[str, Provider]:
        """Name and settings of whoever serves a model."""
        name = model if model in self.providers else model.partition("/")[0]
        return name, self.providers.get(name, Provider())


NOWHERE = Reach()
"""For runs that need no gateway."""


class ModelsFile(_Part):
    """The whole file."""

    providers: dict[str, Provider] = {}
    roles: dict[str, Role] = {}


def read_models_file(path: Path) -> ModelsFile:
    """Read it.

    Raises:
        SettingError: It is missing, or is not what it should be.
    """
    try:
        return ModelsFile.model_validate(yaml.safe_load(path.read_text("utf-8")) or {})
    except OSError as error:
        raise SettingError(f"{path}: {error.strerror}; --models names a YAML file with providers and roles") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingError(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise SettingError(f"{path}: {'.'.join(map(str, first['loc'])) or 'the whole'}: {first['msg']}") from error


def for_role(path: str, given: Mapping[str, Role]) -> Role:
    """How the model of an agent is asked: as its kind is, else as its parent."""
    kind = kind_of(path)
    while kind not in given and kind.startswith(ASSISTANT + "/"):
        kind = parent_of(kind)
    return given.get(kind, Role())

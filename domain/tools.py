"""Tools: functions offered to an agent, described to it by their signature and docstring."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, Protocol, overload

import docstring_parser
import jsonschema_rs
from pydantic import ConfigDict, TypeAdapter, create_model
from pydantic.fields import FieldInfo

from domain.errors import Refusal, SettingError
from domain.transaction import Transaction

_MOST_ERRORS = 3
"""What is wrong with a call's arguments that its caller is told at a time."""


class Tool(Protocol):
    """One kind of thing behind which all effects hide; the conversation does not know which it talks to."""

    @property
    def name(self) -> str:
        """As models call it."""

    @property
    def writes(self) -> bool:
        """Whether it may change the world; what policy calls consequential."""

    @property
    def spec(self) -> dict[str, Any]:
        """As models are told of it: OpenAI's ``{"type": "function", "function": {...}}``."""

    def check(self, arguments: Mapping[str, Any]) -> None:
        """Raise Refusal where the arguments do not fit."""

    def run(self, world: Transaction, arguments: Mapping[str, Any]) -> Any:
        """Do the work; raise Refusal to decline. The result is what the agent observes."""


@dataclass(frozen=True)
class CodeTool:
    """A Python function over a transaction."""

    function: Callable[..., Any]
    writes: bool

    @property
    def name(self) -> str:
        """The function's name."""
        return self.function.__name__

    @cached_property
    def spec(self) -> dict[str, Any]:
        """Made from signature and docstring."""
        doc = docstring_parser.parse(inspect.getdoc(self.function) or "")
        described = {param.arg_name: param.description for param in doc.params}
        fields: dict[str, Any] = {}
        for name, parameter in list(inspect.signature(self.function, eval_str=True).parameters.items())[1:]:
            if parameter.annotation is inspect.Parameter.empty or not described.get(name):
                raise SettingError(f"tool {self.name}: parameter {name!r} needs a type and a line under Args")
            default = ... if parameter.default is inspect.Parameter.empty else parameter.default
            fields[name] = (parameter.annotation, FieldInfo(default=default, description=described[name]))
        if not doc.description:
            raise SettingError(f"tool {self.name} needs a docstring that says what it does")
        schema = create_model(self.name, __config__=ConfigDict(extra="forbid"), **fields).model_json_schema()
        parameters = {"type": "object", "properties": {}, **_untitled(schema)}
        return {"type": "function", "function": {"name": self.name, "description": doc.description, "parameters": parameters}}

    @cached_property
    def output(self) -> dict[str, Any]:
        """JSON schema of what it shows, as far as its return annotation says."""
        returns = inspect.signature(self.function, eval_str=True).return_annotation
        known = {} if returns is inspect.Signature.empty else TypeAdapter(returns).json_schema()
        return _untitled(known)  # type: ignore[no-any-return]

    @cached_property
    def _validator(self) -> Any:
        return jsonschema_rs.validator_for(self.spec["function"]["parameters"])

    def check(self, arguments: Mapping[str, Any]) -> None:
        """Check the arguments against the schema.

        Raises:
            Refusal: ``invalid-arguments``, naming the first arguments that do not fit.
        """
        found = [_told(error) for error in islice(self._validator.iter_errors(arguments), _MOST_ERRORS)]
        if found:
            raise Refusal("invalid-arguments", f"{self.name}: {'; '.join(found)}")

    def run(self, world: Transaction, arguments: Mapping[str, Any]) -> Any:
        """Call the function."""
        return self.function(world, **arguments)


@overload
def tool(function: Callable[..., Any]) -> CodeTool: ...
@overload
def tool(*, writes: bool) -> Callable[[Callable[..., Any]], CodeTool]: ...
def tool(function: Callable[..., Any] | None = None, *, writes: bool = False) -> Any:
    """Offer a function ``(world: Transaction, ...)`` as a tool.

    Args:
        writes: Whether it may change the world; a tool that does not say so and writes all the same faults.
    """
    if function is not None:
        return CodeTool(function, writes=False)
    return lambda function: CodeTool(function, writes=writes)


class Toolset(Mapping[str, Tool]):
    """The tools offered to one agent, by name, in a fixed order."""

    def __init__(self, tools: Iterable[Tool]) -> None:
        self._tools: dict[str, Tool] = {}
        for tool in tools:
            if tool.name in self._tools:
                raise SettingError(f"there are two tools called {tool.name!r}; a call could not tell them apart")
            self._tools[tool.name] = tool

    def __getitem__(self, name: str) -> Tool:
        return self._tools[name]

    def __iter__(self) -> Any:
        return iter(self._tools)

    def __len__(self) -> int:
        return len(self._tools)

    @cached_property
    def specs(self) -> list[dict[str, Any]]:
        """All tools as models are told of them."""
        return [tool.spec for tool in self._tools.values()]


def _told(error: Any) -> str:
    where = ".".join(map(str, error.instance_path))
    return f"{where + ': ' if where else ''}{error.message}"


def _untitled(schema: Any) -> Any:
    """A schema without the titles that pydantic adds: they repeat the names and cost prompt tokens."""
    if isinstance(schema, dict):
        return {
            key: ({name: _untitled(item) for name, item in value.items()} if key in ("properties", "$defs") else _untitled(value))
            for key, value in schema.items()
            if not (key == "title" and isinstance(value, str))
        }
    return [_untitled(item) for item in schema] if isinstance(schema, list) else schema

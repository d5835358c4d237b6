"""From a model's name to a judge: rules, or a model that is shown the rubric and the case."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import orjson

from actors import llm
from actors.gateway.cache import REPLIES, ReplyCache
from actors.gateway.form import Form
from actors.gateway.gateway import Gateway
from actors.gateway.settings import NOWHERE, Reach, Role
from actors.mind import JudgeMind, Opinion
from actors.offline.judge import SEVERITY, OfflineJudge
from actors.prompting import render
from domain.errors import SettingError
from domain.judgement import Judgement
from projections.case import Case

DEFAULT = "offline/judge"
JUDGE = "judge"
"""The role."""
JUDGES_REPLIES = f"{REPLIES}/judge"
"""Folder of the judges' replies in the folder of a run: apart from those of the run, which has a budget of its own."""
_KEPT = 16_000
"""Characters of an answer that was no judgement."""


class ModelJudge:
    """A judge that a model plays.

    Args:
        model: As LiteLLM names it.
        role: How it is asked.
    """

    def __init__(self, gateway: Gateway, model: str, role: Role) -> None:
        self.model = model
        self._form = Form(gateway, model, JUDGE, role, Judgement.model_validate)

    async def judge(self, case: Case, rejected: Sequence[str] = (), sample: int = 0) -> Opinion:
        """See ``JudgeMind.judge``."""
        value, reasons, answer, took = await self._form.fill(judge_prompt(case, rejected), case.conversation, sample)
        return Opinion(
            value,
            reasons,
            request=took.request,
            usage=took.usage,
            cost_usd=took.cost_usd,
            raw=answer.content[:_KEPT] if reasons else None,
            reasoning=answer.reasoning,
            incidents=took.incidents,
        )


class Committee(NamedTuple):
    """Judges, and what they are asked through; None where all are rules."""

    judges: tuple[JudgeMind, ...]
    gateway: Gateway | None

    async def close(self) -> None:
        """Give back connections and files."""
        if self.gateway is not None:
            await self.gateway.close()


def make_judges(models: Sequence[str], folder: Path, reach: Reach = NOWHERE, role: Role | None = None) -> Committee:
    """The judges of these names, each once.

    Args:
        folder: Where replies are kept that were paid for.

    Raises:
        SettingError: There is no such judge.
    """
    wanted = tuple(dict.fromkeys(models))
    for model in wanted:
        _check(model)
    gateway = None if all(model in SEVERITY for model in wanted) else Gateway(reach, ReplyCache(folder / JUDGES_REPLIES / "0.sqlite"))
    through = {} if gateway is None else {model: ModelJudge(gateway, model, role or Role()) for model in wanted if model not in SEVERITY}
    return Committee(tuple(through[model] if model in through else OfflineJudge(model) for model in wanted), gateway)


def _check(model: str) -> None:
    if model in SEVERITY:
        return
    if model.partition("/")[0] in ("offline", "flawed", "recorded"):
        raise SettingError(f"model {model!r} cannot play the judge; there is {', '.join(SEVERITY)}")
    try:
        llm.check_model(model)
    except SettingError as error:
        raise SettingError(f"{error}; without any provider, {', '.join(SEVERITY)} can play the judge") from error


def judge_prompt(case: Case, rejected: Sequence[str] = ()) -> str:
    """All that a model is shown to judge a case: the rubric, the case, the form of the answer, and what was wrong with earlier ones."""
    schema = orjson.dumps(Judgement.model_json_schema()).decode()
    return render("judge", case=case, schema=schema, rejected=rejected)

"""From a model's name to a judge, and from a case to what a model is shown."""

from collections.abc import Sequence

import orjson

from actors.mind import JudgeMind
from actors.offline.judge import SEVERITY, OfflineJudge
from actors.prompting import render
from domain.errors import SettingError
from domain.judgement import Judgement
from projections.case import Case

DEFAULT = "offline/judge"


def make_judge(model: str) -> JudgeMind:
    """The judge of a name.

    Raises:
        SettingError: There is no such judge.
    """
    if model not in SEVERITY:
        raise SettingError(f"model {model!r} cannot play the judge; there is {', '.join(SEVERITY)}")
    return OfflineJudge(model)


def judge_prompt(case: Case, rejected: Sequence[str] = ()) -> str:
    """All that a model is shown to judge a case: the rubric, the case, the form of the answer, and what was wrong with earlier ones."""
    schema = orjson.dumps(Judgement.model_json_schema()).decode()
    return render("judge", case=case, schema=schema, rejected=rejected)

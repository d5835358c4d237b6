"""The data set's card: README.md with the header that dataset hubs read."""

import orjson

from projections.records import judgements
from projections.records.files import JSONL, PARQUET
from projections.records.sft import VERSION
from projections.runs import RunView

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"), (10_000_000, "1M<n<10M"))

_CARD = """---
pretty_name: {run}
language:
- en
license: other
task_categories:
- text-generation
size_categories:
- {size}
tags:
- synthetic
- tool-calling
- function-calling
- multi-turn
- agent
configs:
- config_name: sft
  default: true
  data_files:
  - split: train
    path: {parquet}{judged_config}
---

# {run}

{rows} records from {conversations} conversations of a user with an assistant that calls tools, {accepted} of these
accepted, made by Worldloom on an event-sourced world. Each agent of a conversation has a record of its own: the assistant, and
each agent that it handed work to; what an agent wrote is trained on in its own record only. A tool's answer is read off the
{truth}
The licence is for whoever publishes the data to choose.

| column | meaning |
| --- | --- |
| `messages` | OpenAI style; `train` marks what the agent authored; arguments are JSON texts |
| `tools` | JSON text of the tool specifications |
| `accepted`, `findings` | whether the conversation did what its goal asks, and why not; filter by it |
| `conversation`, `first_event`, `last_event`, `stream_digest`, `world_digest` | where in the log the row comes from |
| `agent`, `parent_call` | whose record it is, and for a sub-agent the call of its parent that it answers |
| `run`, `setting`, `goal`, `seed`, `model`, `persona`, `projection` | what made it |
| `blueprint`, `parts` | the blueprint that it was held from, and those that this was recombined from: split between such families |

`{parquet}` and `{jsonl}` hold the same rows (projection `{version}`). `worldloom verify` derives each of them from the log again.{judged}

```json
{settings}
```
"""


_TRUE = "world as it stands; nothing in it is made up by a model."
_PROPOSED = """world as it stands; only what simulated tools show was proposed, by {model}, and accepted where nothing in the
world, the call or earlier answers spoke against it."""
_JUDGED_CONFIG = """
- config_name: judgements
  data_files:
  - split: train
    path: {parquet}"""
_JUDGED = """

`{parquet}` and `{jsonl}` hold {rows} judgements, one for each judge of each conversation, by `conversation`: eight axes from
1 to 10, `overall` (the mean of the judge's axes), `committee` (the mean over the axes of the median over the judges), and the
events that each score names as its evidence."""


def card(run: RunView, rows: int, judged: int, accepted: int) -> str:
    """The card of a run's data set.

    Args:
        rows: Rows in the data set: one for each agent that wrote something.
        judged: Rows of judgements; nothing is said of them where there are none.
        accepted: Conversations, each once.
    """
    files = {"parquet": judgements.PARQUET, "jsonl": judgements.JSONL, "rows": judged}
    models = run.started.settings.get("models")
    proposer = models.get("tools") if isinstance(models, dict) else None
    return _CARD.format(
        run=run.started.run,
        size=next((name for limit, name in _SIZES if rows < limit), "n>10M"),
        rows=rows,
        accepted=accepted,
        conversations=len(run.finished),
        parquet=PARQUET,
        jsonl=JSONL,
        truth=_PROPOSED.format(model=proposer) if proposer else _TRUE,
        version=VERSION,
        judged_config=_JUDGED_CONFIG.format(**files) if judged else "",
        judged=_JUDGED.format(**files) if judged else "",
        settings=orjson.dumps(run.started.settings, option=orjson.OPT_INDENT_2).decode(),
    )

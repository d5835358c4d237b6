"""A model that is asked where arguments come from, over HTTP: it counts where its quote stands in what the agent had seen."""

import json
import re
import shutil
from importlib.util import find_spec

import pytest

from domain.provenance.origins import BY_MODEL, UNGROUNDED
from tests.loopback.authors import data
from tests.loopback.canned import canned, failed, said
from tests.loopback.running import command, generate

pytestmark = [pytest.mark.skipif(find_spec("litellm") is None, reason="models need litellm"), pytest.mark.xdist_group("authoring")]
MODEL = "hosted_vllm/sourcer"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run whose assistant looks up what nobody named."""
    out = tmp_path_factory.mktemp("sourcing") / "out"
    generate("retail", "-n", 4, "--seed", 3, "--assistant", "flawed/ungrounded-id", "--out", out)
    return out


@pytest.fixture
def origins(run, tmp_path, capsys):
    """Runs the command with a model that answers by a handler; what it prints as JSON, and what it complains of."""

    def ask(answer):
        async def handle(body, _request):
            return answer(body["messages"][0]["content"])

        out = shutil.copytree(run, tmp_path / f"out{len(list(tmp_path.iterdir()))}")  # replies that were paid for are not asked for again
        with canned(handle) as url:
            file = tmp_path / "models.yaml"
            file.write_text(json.dumps({"providers": {"hosted_vllm": {"api_base": url, "patience_s": 1}}}))
            code, told = command("origins", "--out", out, "--json", "--model", MODEL, "--models", file)
        assert code == 0, told
        return json.loads(told), capsys.readouterr().err

    return ask


def quoting(prompt):
    """Names the last line, and quotes its first word."""
    number, text = re.findall(r"^\[(\d+)\] (.*)$", "\n".join(data(prompt, "# What the agent had been told and shown")), re.MULTILINE)[-1]
    return said(json.dumps({"line": int(number), "quote": text[:5], "how": "it is what was meant"}))


def test_what_is_quoted_counts_and_is_marked(origins) -> None:
    """Only what came from nowhere is asked about, and nothing of it is called found by looking up."""
    before, _ = origins(lambda _: said('{"line": null}'))
    after, _ = origins(quoting)
    assert before["leaves"][UNGROUNDED] > 0
    assert BY_MODEL not in before["leaves"]
    assert after["leaves"][BY_MODEL] == before["leaves"][UNGROUNDED]
    assert {k: v for k, v in after["leaves"].items() if k != BY_MODEL} == {k: v for k, v in before["leaves"].items() if k != UNGROUNDED}


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: said('{"line": 1, "quote": "what stands nowhere at all", "how": "trust me"}'),
        lambda _: said('{"line": 999, "quote": "You", "how": "later"}'),
        lambda _: said("It is from the user."),
        lambda _: failed(500),
    ],
    ids=["no-quote", "no-line", "no-json", "down"],
)
def test_nothing_counts_without_evidence(origins, answer) -> None:
    """A quote that does not stand there, a line that was not seen, words, or no answer: it still comes from nowhere, and why is said."""
    found, told = origins(answer)
    assert BY_MODEL not in found["leaves"]
    assert "not asked: retail/" in told

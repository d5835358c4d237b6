"""Author and committee that models play, behind a provider over HTTP: what is wrong is sent back, and nothing unread passes."""

import asyncio
import json
from importlib.util import find_spec

import pytest

from actors.authoring import make_authors
from actors.gateway.settings import Provider, Reach
from actors.plan import prepare
from benchmarks.walks import walked
from domain.errors import SettingError
from projections.blueprints.files import FILE, write_blueprints
from scenarios.load import load
from tests.loopback.authors import Script
from tests.loopback.canned import canned

pytestmark = [pytest.mark.skipif(find_spec("litellm") is None, reason="models need litellm"), pytest.mark.xdist_group("authoring")]
AUTHOR, MEMBERS = "hosted_vllm/author", ("hosted_vllm/first", "hosted_vllm/second", "hosted_vllm/third")


@pytest.fixture(scope="module")
def grounds():
    """Drawn blueprints."""
    return list(walked(prepare(load("retail"), 0, None), 8))


def write(grounds, script, folder, rounds=3, members=MEMBERS):
    """What the rounds of each came to."""

    async def go(url):
        reach = Reach(providers={"hosted_vllm": Provider(api_base=url, trace=True)})
        authors = make_authors(AUTHOR, members, folder, reach, rounds=rounds)
        try:
            return [await authors.write(ground) for ground in grounds]
        finally:
            await authors.close()

    with canned(script) as url:
        return asyncio.run(go(url))


def test_author_mends_what_is_sent_back(grounds, tmp_path) -> None:
    """Each round that is not the last was stopped, its reasons were told to the author, and what passes is sound."""
    script = Script(wrong=0.6, strict=0, garbled=0.1)
    found = write(grounds, script, tmp_path)
    assert all(one.stage is not None for tried in found for one in tried[:-1])
    assert sum(tried[-1].stage is None for tried in found) > sum(tried[0].stage is None for tried in found)
    assert script.told
    assert all(ground.goal.actions == tried[-1].blueprint.goal.actions for ground, tried in zip(grounds, found, strict=True))


def test_each_way_to_be_wrong_is_stopped(grounds, tmp_path) -> None:
    """An author who is never right gets nothing through but what is as good without the value that it forgot."""
    script = Script(wrong=1, strict=0, garbled=0)
    found = write(grounds, script, tmp_path, rounds=1)
    for ground, (verified,) in zip(grounds, found, strict=True):
        kind = script.written[ground.goal.id][-1]
        stage = {"leaks": "format", "rambles": "format", "adds": "committee"}.get(kind)
        assert stage is None or verified.stage == stage, (kind, verified.stage)


def test_committee_that_cannot_be_read_lets_nothing_pass(grounds, tmp_path) -> None:
    """It fails closed."""
    found = write(grounds[:2], Script(wrong=0, garbled=1), tmp_path, rounds=1)
    assert [tried[-1].stage for tried in found] == ["committee", "committee"]
    assert {reason.code for tried in found for reason in tried[-1].reasons} == {"unreadable"}


def test_every_round_is_kept_in_the_folder(worldloom, grounds, tmp_path) -> None:
    """With its reasons; of a drawing the last is shown, and the same command asks nobody again and changes nothing."""
    script = Script(wrong=0.6, strict=0, garbled=0)
    write_blueprints([ground.blueprint for ground in grounds], tmp_path / "drawn.jsonl")
    with canned(script) as url:
        (tmp_path / "models.yaml").write_text(f"providers: {{hosted_vllm: {{api_base: '{url}', trace: true}}}}")
        words = ("blueprints", "verify", tmp_path / "drawn.jsonl", "--author", AUTHOR, "--models", tmp_path / "models.yaml")
        first = worldloom(*words, "--out", tmp_path / "out")
        kept, written = (tmp_path / "out" / FILE).read_bytes(), len(script.told)
        again = worldloom(*words, "--out", tmp_path / "out")

    assert "with reflection" in first.out, first.err
    assert (again.code, again.out) == (first.code, first.out)
    assert ((tmp_path / "out" / FILE).read_bytes(), len(script.told)) == (kept, written)
    found = json.loads(worldloom("blueprints", "report", tmp_path / "out", "--json").out)["yield"]["retail"]
    assert found["drawn"] == len(grounds)
    assert found["accepted"]["with reflection"] == len(kept.splitlines()) > found["accepted"]["without reflection"]
    assert worldloom("blueprints", "show", "retail/0", "--out", tmp_path / "out").code == 0
    worldloom(*words, "--rounds", 1, "--out", tmp_path / "out").fails_with("rounds is 3 there and 1 here")


def test_embedded_models_neither_write_nor_vote(tmp_path) -> None:
    """They are named."""
    with pytest.raises(SettingError, match="offline/assistant"):
        make_authors("offline/assistant", (), tmp_path, Reach())

"""Simulated tools that a model plays, on hosts of their own: what comes out is what comes out in this process."""

from importlib.util import find_spec

import pytest

from projections.costs import read_costs
from projections.folder import RunFolder
from projections.runs import read_run
from tests.loopback.running import MODEL, generate, loopback, models_file

pytestmark = [
    pytest.mark.skipif(find_spec("litellm") is None, reason="models need litellm"),
    pytest.mark.skipif(find_spec("ray") is None, reason="hosts need ray"),
    pytest.mark.slow,
    pytest.mark.xdist_group("ray"),  # one cluster at a time
]
SIMULATED = "get_order_details,find_user_id_by_email,find_user_id_by_name_zip"
RUN = ("retail", "-n", 2, "--seed", 3, "--simulate", SIMULATED, "--tools", MODEL)
PRICE = {"input": 1.0, "output": 10.0}


def test_tools_are_played_wherever_conversations_are_held(tmp_path):
    """Inline, on shared hosts and on one for each conversation: equal digests, costs and proposals, lies among them."""
    found = []
    with loopback("retail", count=2, seed=3, simulate=SIMULATED) as server:
        models = models_file(tmp_path / "models.yaml", server, price=PRICE)
        for placement in ("inline", "shared", "dedicated"):
            server.forget()
            server.misbehave({"lie": 0.4, "broken": 0.4})
            generate(*RUN, "--models", models, "--placement", placement, "--workers", 1, "--out", tmp_path / placement)
            log = RunFolder.find(tmp_path / placement).open_log()
            bill = read_costs(log).total
            assert bill.rejected > 0
            found.append((read_run(log).closed.digest, bill.nano_usd, len(server.report()["served"])))

    assert len(set(found)) == 1

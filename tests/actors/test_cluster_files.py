"""``cluster.yaml`` and ``docs/kuberay.yaml`` are what Ray, this project's requirements and our command take."""

import re
import shlex
import tomllib

import pytest
import typer
import yaml

from tests.worldloom.command import ROOT
from worldloom.cli import app

REQUIRED = ("cluster", "models", "postgres")
"""Extras that each machine has."""


@pytest.fixture(scope="module")
def machines():
    """``cluster.yaml``, as it stands."""
    return yaml.safe_load((ROOT / "cluster.yaml").read_text())


def test_ray_takes_the_description(machines):
    """Ray's own schema, after its own filling in; all machines that are listed are used."""
    util = pytest.importorskip("ray.autoscaler._private.util", reason="Ray is not installed: pip install 'worldloom[cluster]'")
    machines["provider"]["worker_ips"] = ["192.0.2.1", "192.0.2.2", "192.0.2.3"]

    whole = util.prepare_config(machines)
    util.validate_config(whole)

    (node,) = whole["available_node_types"].values()
    assert (node["min_workers"], node["max_workers"], whole["max_workers"]) == (3, 3, 3)
    assert whole["head_start_ray_commands"] == machines["head_start_ray_commands"]


def test_machines_get_what_the_project_requires(machines):
    """No more and no less, whatever the order; versions are those of constraints.txt."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(one for extra in REQUIRED for one in project["optional-dependencies"][extra])]
    words = shlex.split(machines["setup_commands"][-1])

    assert words[1:5] == ["install", "--quiet", "-c", "~/worldloom/constraints.txt"]
    assert sorted(words[5:]) == sorted(re.split(r"[<>=]", one)[0] for one in wanted)
    assert machines["file_mounts"]["~/worldloom/constraints.txt"] == "constraints.txt"
    assert (ROOT / "constraints.txt").is_file()


def test_the_job_for_kubernetes_fits_image_and_command():
    """The command that it runs is one of ours; versions are those of here; the operator can reach the job server."""
    job = yaml.safe_load((ROOT / "docs" / "kuberay.yaml").read_text())["spec"]
    cluster = job["rayClusterSpec"]
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    groups = [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]
    check(job["entrypoint"])
    assert cluster["rayVersion"] == pins["ray"]
    assert {one["image"] for group in groups for one in group["template"]["spec"]["containers"]} == {f"worldloom:{version}"}
    assert "dashboard-host" not in cluster["headGroupSpec"]["rayStartParams"]


def test_commands_that_need_a_cluster_are_commands():
    """Those of the page that no test can run."""
    page = (ROOT / "docs" / "cluster.md").read_text()
    found = re.findall(r"(?:^|-m )(worldloom)(?:\.cli)? (.+)$", "\n".join(re.findall(r"```text\n(.*?)```", page, re.DOTALL)), re.MULTILINE)

    assert len(found) >= 3
    for program, rest in found:
        check(f"{program} {rest}")


def check(line: str) -> None:
    """That the command takes a line; what it asks for is not done."""
    program, name, *words = shlex.split(line)
    assert program == "worldloom"
    command = typer.main.get_command(app)
    command.commands[name].make_context(name, words)

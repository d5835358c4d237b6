"""Help, and what a command imports."""

import subprocess
import sys

import pytest

from worldloom.cli import BLUEPRINTS, COMMANDS


@pytest.mark.parametrize(("group", "names"), [([], COMMANDS), (["blueprints"], BLUEPRINTS)])
def test_help_lists_what_each_command_says_of_itself(worldloom, group, names):
    """A group's help has the first words of each command's own help, in order."""
    listed = worldloom(*group, "--help").out.partition("Commands:\n")[2].splitlines()

    for name, line in zip(names, listed[: len(names)], strict=True):
        said = " ".join(worldloom(*group, name, "--help").out.split())
        word, _, sentence = line.strip().partition(" ")
        assert word == name
        assert sentence.strip().removesuffix("...") in said


def test_help_imports_no_command():
    """Nor anything that a command needs."""
    code = "import sys; from worldloom.cli import app; app(['--help'], standalone_mode=False); print(*sys.modules, file=sys.stderr)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "generate" in done.stdout
    assert not {"actors", "projections", "scenarios", "pydantic", "pyarrow", "networkx", "litellm", "ray"} & set(done.stderr.split())


def test_a_command_that_only_reads_imports_no_model_and_no_graph():
    """``log`` needs the log."""
    code = "import sys; from worldloom.cli import app; app(['log', '--help'], standalone_mode=False); print(*sys.modules, file=sys.stderr)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not {"networkx", "litellm", "ray"} & set(done.stderr.split())


@pytest.mark.parametrize("group", [[], ["blueprints"]])
def test_a_group_alone_shows_its_help(group):
    """That is no error of anybody's."""
    done = subprocess.run([sys.executable, "-m", "worldloom.cli", *group], capture_output=True, text=True, check=False)

    assert done.stderr.startswith("Usage: ")

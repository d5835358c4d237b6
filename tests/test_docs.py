"""Every command and every piece of code in README and docs does what its page says."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import scenarios
from scenarios import load as loader
from tests.worldloom.command import ROOT, Command

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
SHARED = ROOT.parent / "shared"
NEEDS_SHARED = "needs ../shared"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"(?:#|<!--) (scenarios/\S+)")
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
_FOR_A_SHELL = re.compile(r"[();<>|&]+|.*[$`*?~].*")
_BY_ITSELF = "--placement"
"""What starts Ray is left to a process of its own."""


def blocks(page: Path) -> list[tuple[str, str]]:
    """(language, text) of what a page shows, without files of a setting."""
    return [(language, text) for language, text in _BLOCK.findall(page.read_text("utf-8")) if not _FILE.match(text)]


def runnable(page: Path) -> list[tuple[str, str]]:
    """What can be run here: (program, text), a line of bash at a time."""
    found = []
    for language, text in blocks(page):
        if language == "bash":
            for line in text.splitlines():
                if not line.startswith("make ") and (NEEDS_SHARED not in line or SHARED.is_dir()):
                    found.append(("bash", line))
        elif language == "python":
            found.append((sys.executable, text))
    return found


def in_makefile(target: str) -> str:
    """The command behind a make target, as it would be typed."""
    recipe = re.search(rf"^{target}:.*\n\t@?(.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe, f"Makefile has no target {target}"
    return recipe[1].replace("$(BIN)/", "")


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A folder as a reader has it: demo/ made, an environment, and the data of others beside it where there are any."""
    room = tmp_path_factory.mktemp("reader") / "worldloom"
    (room / ".venv" / "bin").mkdir(parents=True)
    (room / ".venv" / "bin" / "activate").touch()
    if SHARED.is_dir():
        (room.parent / "shared").symlink_to(SHARED)
    run(room, "bash", in_makefile("demo"))
    return room


def run(room: Path, program: str, text: str) -> str:
    places = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "HF_HOME": str(room / "hf"), "COLUMNS": "120"}
    line = [program, "-e", "-c", text] if program == "bash" else [program, "-c", text]
    done = subprocess.run(line, cwd=room, env={**os.environ, **places}, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
    return done.stdout


def words_of(line: str) -> list[str]:
    """Of a line that only calls ``worldloom``; none where it wants a shell, or another program."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    program, *words = list(lexer) or [""]
    return words if program == "worldloom" and not any(map(_FOR_A_SHELL.fullmatch, words)) and _BY_ITSELF not in words else []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_shows_can_be_run(room, page, monkeypatch, capsys):
    """Line by line, in one folder, as a reader would; what only calls ``worldloom`` in this process, since each start costs seconds."""
    monkeypatch.chdir(room)
    command = Command(monkeypatch, capsys)
    for program, text in runnable(page):
        if program == "bash" and (words := words_of(text)):
            done = command(*words)
            assert done.code == 0, f"{text}\n{done.out}{done.err}"
        else:
            run(room, program, text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_names_is_there(page):
    """Links to files, and make targets."""
    text = page.read_text("utf-8")
    for link in _LINK.findall(text):
        assert (page.parent / link).exists(), f"{page.name} links to {link}"
    for target in re.findall(r"`?\bmake ([a-z]+)`|^make ([a-z]+)", text, re.MULTILINE):
        assert re.search(rf"^{''.join(target)}:", (ROOT / "Makefile").read_text(), re.MULTILINE), target


def test_the_conversation_in_the_readme_is_a_real_one(room):
    """Shortened, but not made up: each piece of it stands in what ``worldloom show`` prints, in that order."""
    readme = (ROOT / "README.md").read_text("utf-8")
    command = re.search(r"`(worldloom show \S+ --out demo)`", readme)
    shown = re.search(r"^```\n(turn 1 .*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert command
    assert shown
    printed = " ".join(run(room, "bash", command[1]).replace("─", " ").split())
    at = 0
    for line in re.split(r"\n| \[\.\.\.\] ", shown[1].replace("─", " ")):
        for piece in line.split(", ..."):
            said = " ".join(piece.split())
            assert said in printed[at:], f"README.md shows {said!r}; put in what `{command[1]}` prints now"
            at = printed.index(said, at)


def test_the_setting_in_the_docs_works(tmp_path, monkeypatch, capsys):
    """Its files, as they stand on the page, are a setting in which goals are reached."""
    for _, text in _BLOCK.findall((ROOT / "docs" / "settings.md").read_text("utf-8")):
        file = _FILE.match(text)
        if file:
            (tmp_path / file[1]).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file[1]).write_text(text)
    monkeypatch.setattr(loader, "HERE", tmp_path / "scenarios")
    monkeypatch.setattr(scenarios, "__path__", [*scenarios.__path__, str(tmp_path / "scenarios")])

    made = Command(monkeypatch, capsys)("generate", "lamps", "-n", 60, "--out", tmp_path / "out")

    assert made.code == 0, made.err
    assert re.search(r"lamps +│ 60 +│ 60 ", made.out), made.out

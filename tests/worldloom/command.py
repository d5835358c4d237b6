"""Run the command as a person would, in this process or in one of its own."""

import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from worldloom.cli import main

ROOT = Path(__file__).resolve().parent.parent.parent


class Result:
    """How a command came out."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    def fails_with(self, *parts: str) -> None:
        """It failed, with one line that holds all the parts."""
        assert self.code != 0, self.out
        assert len(self.err.strip().splitlines()) == 1, self.err
        assert "Traceback" not in self.err
        for part in parts:
            assert part in self.err, self.err


class Command:
    """``worldloom`` with its output caught."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys
        monkeypatch.setenv("COLUMNS", "200")

    def __call__(self, *words: object) -> Result:
        self._monkeypatch.setattr(sys, "argv", ["worldloom", *map(str, words)])
        self._capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = self._capsys.readouterr()
        return Result(code, out, err)


def start(*words: object, **options: object) -> "subprocess.Popen[str]":
    """The command in a process of its own; Ctrl-C stops it even where whoever runs the tests ignores that, as jobs in the background do."""
    line = [sys.executable, "-m", "worldloom.cli", *map(str, words)]
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "preexec_fn": heed, **options}
    return subprocess.Popen(line, cwd=ROOT, text=True, **pipes)  # type: ignore[call-overload]

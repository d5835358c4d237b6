"""A run as a submitted Ray job, as docs/cluster.md shows it: two nodes that ``ray start`` made, with a token, and Ray's job server."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp
from urllib.error import URLError
from urllib.request import urlopen

import pytest

pytest.importorskip("ray", reason="Ray is not installed: pip install 'worldloom[cluster]'")
pytest.importorskip("aiohttp_cors", reason="Ray has no job server: pip install 'ray[default]'")

from projections.folder import RunFolder
from tests.cluster.nodes import FIRST, SECOND, several_addresses
from tests.worldloom.command import ROOT
from tests.worldloom.test_generate import contents

pytestmark = pytest.mark.skipif(not several_addresses(), reason="this machine has one loopback address only: add 127.0.0.2 and 127.0.0.3")
RUN = ("generate", "supply_chain", "retail", "-n", "20", "--seed", "5")
_COMMON = (
    "--num-cpus=1",
    "--object-store-memory=80000000",
    "--min-worker-port=0",
    "--max-worker-port=0",
    "--disable-usage-stats",
    "--block",
)


def ports(number: int) -> list[int]:
    """Free ones."""
    with ExitStack() as stack:
        return [stack.enter_context(socket.create_server((FIRST, 0))).getsockname()[1] for _ in range(number)]


class Started:
    """A cluster of two nodes with a token of its own."""

    def __init__(self) -> None:
        self.folder = Path(mkdtemp(prefix="wl-ray-", dir="/tmp"))  # sockets lie in it, so its name must be short
        (self.folder / "token").write_text(os.urandom(32).hex())
        self.env = {**os.environ, "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(self.folder / "token")}
        gcs, dashboard, agent, client = ports(4)
        self.address, self.server = f"{FIRST}:{gcs}", f"http://127.0.0.1:{dashboard}"
        self._nodes: list[subprocess.Popen[bytes]] = []
        where = (f"--temp-dir={self.folder}", f"--dashboard-agent-listen-port={agent}", f"--ray-client-server-port={client}")
        self._start("--head", f"--node-ip-address={FIRST}", f"--port={gcs}", f"--dashboard-port={dashboard}", *where)
        self._wait()
        self._start(f"--address={self.address}", f"--node-ip-address={SECOND}", "--dashboard-agent-listen-port=0")

    def ray(self, *words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
        """Ray's own command."""
        line = [sys.executable, "-m", "ray.scripts.scripts", *words]
        return subprocess.run(line, cwd=cwd, env=self.env, capture_output=True, text=True, timeout=300, check=False)

    def close(self) -> None:
        """End all processes that were started."""
        for node in reversed(self._nodes):
            node.send_signal(signal.SIGTERM)
        for node in self._nodes:
            try:
                node.wait(30)
            finally:
                os.killpg(node.pid, signal.SIGKILL) if node.poll() is None else None
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, *words: str) -> None:
        with (self.folder / f"node-{len(self._nodes)}.txt").open("wb") as out:
            line = [sys.executable, "-m", "ray.scripts.scripts", "start", *words, *_COMMON]
            self._nodes.append(subprocess.Popen(line, env=self.env, stdout=out, stderr=out, start_new_session=True))

    def _wait(self) -> None:
        until = time.monotonic() + 120
        while time.monotonic() < until and self._nodes[0].poll() is None:
            try:
                urlopen(f"{self.server}/api/version", timeout=5).close()
                return
            except (URLError, OSError) as error:
                if "401" in str(error) or "403" in str(error):  # it runs, and asks for the token
                    return
                time.sleep(0.3)
        raise RuntimeError((self.folder / "node-0.txt").read_text()[-2000:])


@pytest.fixture(scope="module")
def started():
    """Two nodes."""
    cluster = Started()
    yield cluster
    cluster.close()


def test_a_submitted_job_gives_the_same_bytes(started, tmp_path, worldloom):
    """Its working directory is this code; digest and data set are those of a run in one process."""
    words = (sys.executable, "-m", "worldloom.cli", *RUN, "--ray-address", "auto", "--workers", "2", "--out", str(tmp_path / "job"))

    done = started.ray("job", "submit", "--address", started.server, "--working-dir", ".", "--", *words)

    assert done.returncode == 0, done.stdout + done.stderr
    assert worldloom(*RUN, "--out", tmp_path / "inline").code == 0
    assert contents(tmp_path / "job") == contents(tmp_path / "inline")
    assert RunFolder.find(tmp_path / "job").logs() == ["log/0.sqlite", "log/1.sqlite", "log/2.sqlite"]
    assert worldloom("verify", tmp_path / "job").code == 0


def test_a_job_that_fails_says_why_in_one_line(started, tmp_path):
    """Bad input gives no traceback there either."""
    words = (sys.executable, "-m", "worldloom.cli", "generate", "nowhere", "--ray-address", "auto", "--out", str(tmp_path / "job"))

    done = started.ray("job", "submit", "--address", started.server, "--working-dir", ".", "--", *words)

    assert done.returncode != 0
    assert "error: there is no setting 'nowhere'" in done.stdout
    assert "Traceback" not in done.stdout

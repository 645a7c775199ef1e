"""A server that runs beside the tests and never outlives them."""

import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import Self

# The shell becomes the server. Beside it, a watcher waits for its standard input to close, which
# happens when `stop` closes it and also when the tests' process ends in any way, killed included.
# It kills the whole group, because some servers start others (pilot-agent starts Envoy).
_UNTIL_INPUT_CLOSES = """
exec 3<&0
(read -r nothing <&3; kill -9 -$$ 2>/dev/null) &
exec "$@" 3<&- </dev/null
"""


class ServerProcess:
    """One running server, its output in a log file."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        log: Path,
        *,
        directory: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start the server; `wait_until` says when it is ready. An `environment` replaces the inherited one."""
        self.name = name
        self._log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _UNTIL_INPUT_CLOSES, "sh", *map(str, command)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=directory,
                env=environment,
            )

    def __enter__(self) -> Self:
        """Stop the server at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the server."""
        self.stop()

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def wait_until(self, is_ready: Callable[[], bool], seconds: float = 120) -> None:
        """Wait for the server; fails with the end of its log when it dies or takes too long."""
        deadline = monotonic() + seconds
        while not is_ready():
            if self._process.poll() is not None:
                raise RuntimeError(f"{self.name} ended at once:\n{self._end_of_log()}")
            if monotonic() > deadline:
                raise TimeoutError(f"{self.name} is not ready:\n{self._end_of_log()}")
            sleep(0.1)

    def stop(self) -> None:
        """Kill the server (its data is thrown away anyway) and wait for its end."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=30)

    def _end_of_log(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-15:])


def free_port() -> int:
    """A loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int, address: str = "127.0.0.1") -> bool:
    """Whether something accepts connections on a port, by default of the loopback address."""
    with socket.socket() as probe:
        probe.settimeout(5)
        return probe.connect_ex((address, port)) == 0

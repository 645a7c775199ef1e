"""A connection that an application opens once and keeps."""

from __future__ import annotations

import subprocess
import sys
from types import TracebackType
from typing import Self

from .network import APPLICATION_MARK
from .workload import Workload

_PROGRAM = f"""
import http.client, socket, sys
address, host = sys.argv[1:]
opened = socket.socket()
opened.settimeout(15)
opened.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, {APPLICATION_MARK})
opened.connect((address, 80))
requests = http.client.HTTPConnection(host)
requests.auto_open, requests.sock = 0, opened
for _ in sys.stdin:
    status = 0
    try:
        requests.request("GET", "/")
        answer = requests.getresponse()
        answer.read()
        status = answer.status
    except (OSError, http.client.HTTPException):
        pass
    print(status, flush=True)
"""


class KeptConnection:
    """Asks again and again on one connection, which is closed at the end of the `with` block."""

    def __init__(self, client: Workload, host: str) -> None:
        """Open it, from a client that has a sidecar."""
        name = f"{client.cluster.name}-{client.namespace}-{client.pod}"
        inside = client.cluster.mesh.network.inside(name)
        command = [*inside, sys.executable, "-I", "-c", _PROGRAM, client.resolve(host)[0], host]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self) -> int:
        """The status of one more answer; 0 when the connection is closed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline() or 0)

    def __enter__(self) -> Self:
        """Nothing to do."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close it."""
        self._process.kill()
        self._process.communicate()

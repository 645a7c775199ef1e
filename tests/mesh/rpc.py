"""gRPC servers and clients of pods. They run beside the tests, behind the Unix sockets that pods relay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from .workload import Workload

Answer = Callable[[str, bytes], bytes]
"""From a method, such as `/shop.Catalog/Get`, and a message to the message that answers it."""


class RefusedError(Exception):
    """An answer with a status that is not OK."""

    def __init__(self, code: grpc.StatusCode) -> None:
        """With this status."""
        super().__init__(code)
        self.code = code


class RpcServer:
    """A server of all methods on a port of a pod; those that end in `Stream` answer three times."""

    def __init__(self, pod: Workload, port: int, answer: Answer) -> None:
        """Listen until `stop`."""
        self._answer = answer
        self._server = grpc.server(ThreadPoolExecutor(4))
        self._server.add_generic_rpc_handlers((self,))
        path = pod.socket(f"rpc-{port}")
        self._server.add_insecure_port(f"unix:{path}")
        self._server.start()
        pod.serve_by(port, path)

    def stop(self) -> None:
        """Close all connections."""
        self._server.stop(None)

    def service(self, call: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        """What handles a call: the interface of grpcio's generic handlers."""
        method: str = call.method

        def one(message: bytes, context: grpc.ServicerContext) -> bytes:
            try:
                return self._answer(method, message)
            except RefusedError as refused:
                context.abort(refused.code, "as told")
                raise

        def several(message: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
            for _ in range(3):
                yield one(message, context)

        if method.endswith("Stream"):
            return grpc.unary_stream_rpc_method_handler(several)
        return grpc.unary_unary_rpc_method_handler(one)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: a status and messages."""

    status: str
    messages: tuple[str, ...] = ()


class RpcClient:
    """A client in a pod, with one connection of the application to its sidecar."""

    def __init__(self, pod: Workload, host: str, port: int, *, address: str = "") -> None:
        """Connect when it is first asked to; the host is resolved as applications do unless `address` is given."""
        path: Path = pod.dial(address or host, port)
        options = [("grpc.default_authority", f"{host}:{port}"), ("grpc.enable_retries", 0)]
        self._channel = grpc.insecure_channel(f"unix:{path}", options)

    def call(self, method: str, message: bytes = b"", *, timeout: float = 15) -> Reply:
        """One call, waiting for the answer."""
        kind: Any = self._channel.unary_stream if method.endswith("Stream") else self._channel.unary_unary
        try:
            answer = kind(method)(message, timeout=timeout)
            answers = [answer] if isinstance(answer, bytes) else list(answer)
        except grpc.RpcError as error:
            return Reply(error.code().name)
        return Reply("OK", tuple(one.decode() for one in answers))

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()

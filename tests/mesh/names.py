"""The DNS of the network: names of load balancers, which tests may move from one address to another."""

import socket
import socketserver
import struct
from ipaddress import ip_address
from threading import Thread

_A, _AAAA = 1, 28
_ANSWER, _UNKNOWN = 0x8580, 0x8583  # authoritative answers; the second says that the name does not exist
_LIFE = 1  # seconds that an answer may be kept


class Names:
    """A DNS server that knows what it was told."""

    def __init__(self, address: str) -> None:
        """Serve until the process ends."""
        self.addresses: dict[str, str] = {}
        names = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                query, server = self.request
                server.sendto(names.answer(query), self.client_address)

        self._server = socketserver.ThreadingUDPServer((address, 53), Handler)
        Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Free the port."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, query: bytes) -> bytes:
        """The answer to a query with one question."""
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode())
            at += query[at] + 1
        question = query[12 : at + 5]
        (kind,) = struct.unpack(">H", question[-4:-2])
        known = self.addresses.get(".".join(labels).lower())
        records = b""
        if known is not None and kind == (_A if ip_address(known).version == 4 else _AAAA):
            family = socket.AF_INET if kind == _A else socket.AF_INET6
            packed = socket.inet_pton(family, known)
            records = struct.pack(">HHHIH", 0xC00C, kind, 1, _LIFE, len(packed)) + packed
        flags = _UNKNOWN if known is None else _ANSWER
        return query[:2] + struct.pack(">HHHHH", flags, 1, 1 if records else 0, 0, 0) + question + records

"""The client of the agent's DNS proxy, in a pod."""

import asyncio
import contextlib
import socket
import struct

_DNS_PROXY = ("127.0.0.1", 15053)
_DNS_ATTEMPTS = 4


async def resolve(host: str) -> list[str]:
    """An A query to the agent's DNS proxy, sent again when it is not answered, as resolvers do."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in host.rstrip(".").split("."))
    query = struct.pack(">HHHHHH", 1, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", 1, 1)
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setblocking(False)
        client.connect(_DNS_PROXY)
        for _ in range(_DNS_ATTEMPTS - 1):
            await loop.sock_sendall(client, query)
            with contextlib.suppress(TimeoutError):
                return _addresses(await asyncio.wait_for(loop.sock_recv(client, 4096), 5), len(query))
        await loop.sock_sendall(client, query)
        return _addresses(await asyncio.wait_for(loop.sock_recv(client, 4096), 5), len(query))


def _addresses(answer: bytes, at: int) -> list[str]:
    """The A records behind the question, which is as long as the query was."""
    addresses = []
    for _ in range(struct.unpack(">H", answer[6:8])[0]):
        while answer[at] and answer[at] < 0xC0:
            at += answer[at] + 1
        at += 2 if answer[at] else 1
        kind, _, _, length = struct.unpack(">HHIH", answer[at : at + 10])
        at += 10
        if kind == 1:
            addresses.append(".".join(map(str, answer[at : at + 4])))
        at += length
    return addresses

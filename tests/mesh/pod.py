"""What runs in a pod beside the sidecar: a plain server, and a client that the tests drive.

Started as a program with one argument, a JSON object (see `Settings`). The server answers every request with
where it is and what arrived. Commands come through a Unix socket, one JSON line each, because such a socket
does not care about network namespaces.
"""

import asyncio
import contextlib
import json
import socket
import ssl
import struct
import sys
from dataclasses import asdict, dataclass, field
from time import monotonic
from typing import Any

_DNS_PROXY = ("127.0.0.1", 15053)
_DNS_ATTEMPTS = 4


@dataclass(slots=True)
class Settings:
    """Who the pod is and how it behaves; the last fields change while it runs."""

    identity: dict[str, str]
    control: str
    http_ports: list[int] = field(default_factory=list)
    tcp_ports: list[int] = field(default_factory=list)
    https_ports: list[int] = field(default_factory=list)
    certificate: str = ""  # a file with the key and the certificates of the HTTPS ports
    mark: int = 0
    status: int = 200
    delay: float = 0.0


@dataclass(slots=True)
class Answer:
    """What came back for one request; `status` 0: nothing, `error` says why."""

    status: int
    seconds: float
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    error: str = ""


class Pod:
    """The server and the client of one pod."""

    def __init__(self, settings: Settings) -> None:
        """Nothing listens yet."""
        self._settings = settings
        self._served = 0
        self._listeners: list[asyncio.Server] = []
        self._connections: set[asyncio.StreamWriter] = set()

    async def run(self) -> None:
        """Serve until the process is killed."""
        await self._listen()
        control = await asyncio.start_unix_server(self._obey, self._settings.control, limit=2**26)
        await control.serve_forever()

    async def _listen(self) -> None:
        for port in self._settings.http_ports:
            self._listeners.append(await asyncio.start_server(self._answer_http, "0.0.0.0", port))
        for port in self._settings.https_ports:
            tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            tls.load_cert_chain(self._settings.certificate)
            self._listeners.append(await asyncio.start_server(self._answer_http, "0.0.0.0", port, ssl=tls))
        for port in self._settings.tcp_ports:
            self._listeners.append(await asyncio.start_server(self._answer_tcp, "0.0.0.0", port))

    async def _answer_http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            while request := await _read_head(reader):
                first, headers = request
                await reader.readexactly(int(headers.get("content-length", 0)))
                self._served += 1
                await asyncio.sleep(self._settings.delay)
                method, path, _ = first.split(" ", 2)
                seen = {"method": method, "path": path, "headers": headers}
                body = json.dumps({**self._settings.identity, **seen}).encode()
                head = f"HTTP/1.1 {self._settings.status} x\r\ncontent-length: {len(body)}\r\n\r\n"
                writer.write(head.encode() + body)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._connections.discard(writer)
            writer.close()

    async def _answer_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            while await reader.readline():
                await asyncio.sleep(self._settings.delay)
                writer.write(json.dumps(self._settings.identity).encode() + b"\n")
        except ConnectionError:
            pass
        finally:
            self._connections.discard(writer)
            writer.close()

    async def _obey(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            command = json.loads(line)
            action = getattr(self, "do_" + command.pop("do"))
            try:
                result = {"result": await action(**command)}
            except Exception as error:
                result = {"error": f"{type(error).__name__}: {error}"}
            writer.write(json.dumps(result).encode() + b"\n")
            await writer.drain()
        writer.close()

    async def do_behave(self, **changes: Any) -> None:
        """Change the status or the delay of answers."""
        for name, value in changes.items():
            setattr(self._settings, name, value)

    async def do_stop_listening(self) -> None:
        """Refuse connections, as a crashed process does."""
        for listener in self._listeners:
            listener.close()
        for connection in self._connections:
            connection.transport.abort()
        self._listeners = []

    async def do_listen(self) -> None:
        """Listen again."""
        if not self._listeners:
            await self._listen()

    async def do_served(self) -> int:
        """How many HTTP requests have arrived."""
        return self._served

    async def do_resolve(self, host: str) -> list[str]:
        """The addresses that the agent's DNS proxy gives for a host."""
        return await _resolve(host)

    async def do_send(self, count: int, parallel: int, pause: float, **request: Any) -> list[dict[str, Any]]:
        """Send the same request `count` times, each on a connection of its own."""
        limit = asyncio.Semaphore(parallel)

        async def one(number: int) -> dict[str, Any]:
            async with limit:
                if pause and number:
                    await asyncio.sleep(pause)
                return asdict(await self._send(**request))

        return await asyncio.gather(*(one(number) for number in range(count)))

    async def _send(
        self, kind: str, address: str, port: int, timeout: float, text: str, server_name: str = ""
    ) -> Answer:
        begun = monotonic()
        try:
            async with asyncio.timeout(timeout):
                status, headers, body = await self._exchange(kind, address, port, text, server_name)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, LookupError) as error:
            return Answer(0, monotonic() - begun, error=f"{type(error).__name__}: {error}")
        return Answer(status, monotonic() - begun, headers, body)

    async def _exchange(
        self, kind: str, address: str, port: int, text: str, server_name: str
    ) -> tuple[int, dict[str, str], str]:
        if not address.replace(".", "").isdigit():
            found = await _resolve(address)
            if not found:
                raise LookupError(f"no address for {address}")
            address = found[0]
        connection = socket.socket()
        connection.setblocking(False)
        if self._settings.mark:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, self._settings.mark)
        try:
            await asyncio.get_running_loop().sock_connect(connection, (address, port))
        except OSError:
            connection.close()
            raise
        reader, writer = await asyncio.open_connection(sock=connection, **_tls(server_name))
        try:
            writer.write(text.encode())
            if kind == "tcp":
                line = (await reader.readline()).decode()
                if not line:
                    raise ConnectionResetError("closed without an answer")
                return 200, {}, line
            return await _read_answer(reader)
        finally:
            writer.close()


def _tls(server_name: str) -> dict[str, Any]:
    """TLS of the application itself, if a server name says so; any certificate will do."""
    if not server_name:
        return {}
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return {"ssl": context, "server_hostname": server_name}


async def _read_head(reader: asyncio.StreamReader) -> tuple[str, dict[str, str]] | None:
    first = (await reader.readline()).decode().strip()
    if not first:
        return None
    headers = {}
    while line := (await reader.readline()).decode().strip():
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return first, headers


async def _read_answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], str]:
    head = await _read_head(reader)
    if head is None:
        raise ConnectionResetError("closed without an answer")
    first, headers = head
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while size := int(await reader.readline(), 16):
            body += await reader.readexactly(size)
            await reader.readline()
    else:
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    return int(first.split(" ")[1]), headers, body.decode()


async def _resolve(host: str) -> list[str]:
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


if __name__ == "__main__":
    asyncio.run(Pod(Settings(**json.loads(sys.argv[1]))).run())

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
import sys
from dataclasses import asdict, dataclass, field
from time import monotonic
from typing import Any

from .dns_proxy import resolve


@dataclass(slots=True)
class Settings:
    """Who the pod is and how it behaves; the last fields change while it runs."""

    identity: dict[str, str]
    control: str
    http_ports: list[int] = field(default_factory=list)
    tcp_ports: list[int] = field(default_factory=list)
    https_ports: list[int] = field(default_factory=list)
    certificate: str = ""  # a file with the key and the certificates of the HTTPS ports
    relays: dict[str, str] = field(default_factory=dict)  # Unix sockets by port
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
        for port in self._settings.tcp_ports:
            self._listeners.append(await asyncio.start_server(self._answer_tcp, "0.0.0.0", port))
        for relayed, path in self._settings.relays.items():
            await self._listen_relay(int(relayed), path)
        await self._listen_tls()

    async def _listen_tls(self) -> None:
        for port in self._settings.https_ports:
            tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            tls.load_cert_chain(self._settings.certificate)
            self._listeners.append(await asyncio.start_server(self._answer_http, "0.0.0.0", port, ssl=tls))

    async def _listen_relay(self, port: int, path: str) -> None:
        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._connections.add(writer)
            try:
                await _join(reader, writer, *await asyncio.open_unix_connection(path))
            except OSError:  # nobody listens behind it now
                writer.close()
            finally:
                self._connections.discard(writer)

        self._listeners.append(await asyncio.start_server(relay, "0.0.0.0", port))

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

    async def do_serve_tls(self, port: int, certificate: str) -> None:
        """Serve HTTPS on a port; nothing happens when it is served already."""
        if port not in self._settings.https_ports:
            self._settings.certificate = certificate
            self._settings.https_ports = [port]
            await self._listen_tls()

    async def do_relay_in(self, port: int, path: str) -> None:
        """Hand connections to a port on to a Unix socket; nothing happens when it is done already."""
        if str(port) not in self._settings.relays:
            self._settings.relays[str(port)] = path
            await self._listen_relay(port, path)

    async def do_relay_out(self, path: str, host: str, port: int) -> None:
        """Hand connections to a Unix socket on to a host, as the application would call it."""

        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = await self._connect(host, port)
            await _join(reader, writer, *await asyncio.open_connection(sock=connection))

        await asyncio.start_unix_server(relay, path)

    async def do_served(self) -> int:
        """How many HTTP requests have arrived."""
        return self._served

    async def do_resolve(self, host: str) -> list[str]:
        """The addresses that the agent's DNS proxy gives for a host."""
        return await resolve(host)

    async def do_send(self, count: int, parallel: int, pause: float, **request: Any) -> list[dict[str, Any]]:
        """Send the same request `count` times, each on a connection of its own."""
        limit = asyncio.Semaphore(parallel)

        async def one(number: int) -> dict[str, Any]:
            async with limit:
                if pause and number:
                    await asyncio.sleep(pause)
                return asdict(await self._send(**request))

        return await asyncio.gather(*(one(number) for number in range(count)))

    async def _send(self, timeout: float, **request: Any) -> Answer:
        begun = monotonic()
        try:
            async with asyncio.timeout(timeout):
                status, headers, body = await self._exchange(**request)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, LookupError) as error:
            return Answer(0, monotonic() - begun, error=f"{type(error).__name__}: {error}")
        return Answer(status, monotonic() - begun, headers, body)

    async def _connect(self, address: str, port: int) -> socket.socket:
        if not address.replace(".", "").isdigit():
            found = await resolve(address)
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
        return connection

    async def _exchange(
        self, kind: str, address: str, port: int, text: str, name: str = "", trust: str = ""
    ) -> tuple[int, dict[str, str], str]:
        connection = await self._connect(address, port)
        tls = ssl.create_default_context(cafile=trust) if name else None
        reader, writer = await asyncio.open_connection(sock=connection, ssl=tls, server_hostname=name or None)
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


async def _join(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    far_reader: asyncio.StreamReader,
    far_writer: asyncio.StreamWriter,
) -> None:
    """Carry bytes both ways until one side ends."""

    async def carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await source.read(2**16):
                sink.write(data)
                await sink.drain()
        sink.close()

    await asyncio.gather(carry(reader, far_writer), carry(far_reader, writer))


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


if __name__ == "__main__":
    asyncio.run(Pod(Settings(**json.loads(sys.argv[1]))).run())

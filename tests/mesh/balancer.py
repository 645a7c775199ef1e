"""A load balancer, or the port of a node: it passes connections on to a gateway."""

import socket
import socketserver
from threading import Thread


class Balancer:
    """Listens on an address of the network between the clusters, IPv4 or IPv6."""

    def __init__(self, address: str, port: int, gateway: tuple[str, int]) -> None:
        """Pass on to the address and port of a gateway until `stop`."""

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with socket.create_connection(gateway) as there:
                    back = Thread(target=_copy, args=(there, self.request), daemon=True)
                    back.start()
                    _copy(self.request, there)
                    back.join()

        class Server(socketserver.ThreadingTCPServer):
            address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server((address, port), Handler)
        Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Take no more connections."""
        self._server.shutdown()
        self._server.server_close()


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass

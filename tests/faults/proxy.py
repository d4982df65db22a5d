"""A bad network: passes every request on, and keeps one answer in five to itself once the server has done the work."""

import contextlib
import socket
import threading
from collections.abc import Iterator


class LossyProxy:
    """One request per connection, as clients do who send `Connection: close` or hang up."""

    def __init__(self, target: tuple[str, int], *, lose_each: int) -> None:
        self.target, self.lose_each = target, lose_each
        self.passed = self.lost = 0
        self._counting = threading.Lock()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return  # closed: the test is over
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def _carry(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError), socket.create_connection(self.target, timeout=30) as server:
            server.sendall(_message(client))
            answer = _message(server)  # the whole of it: the work is done
            with self._counting:
                self.passed += 1
                drop = self.passed % self.lose_each == 0
                self.lost += drop
            if not drop:
                client.sendall(answer)


def _message(link: socket.socket) -> bytes:
    """One HTTP message: its head, and as much of a body as that says."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(link)
    head, _, body = data.partition(b"\r\n\r\n")
    lines = [line.partition(b":") for line in head.lower().split(b"\r\n")[1:]]
    length = next((int(value) for name, _, value in lines if name == b"content-length"), 0)
    while len(body) < length:
        body += _more(link)
    return head + b"\r\n\r\n" + body


def _more(link: socket.socket) -> bytes:
    piece = link.recv(65536)
    if not piece:
        raise ConnectionResetError
    return piece


@contextlib.contextmanager
def lossy_proxy(target: tuple[str, int], *, lose_each: int) -> Iterator[LossyProxy]:
    proxy = LossyProxy(target, lose_each=lose_each)
    threading.Thread(target=proxy.serve, daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.close()

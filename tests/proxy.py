"""A TCP proxy that breaks connections in the ways in which networks do."""

from __future__ import annotations

import socket
import struct
import time
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import Self

CHUNK = 65536
RESET = struct.pack("ii", 1, 0)  # SO_LINGER, 0 s: close() sends RST


class Proxy:
    """Forwards 127.0.0.1:`port` to a server; to be used as a context manager.

    delay_s: how long each piece of data is held up, in either direction.
    rate: bytes per second that each direction of a connection lets through; 0 for any.
    accepted: how many connections there have been.
    """

    def __init__(self, host: str, port: int) -> None:
        self.target = host, port
        self.delay_s = 0.0
        self.rate = 0.0
        self.accepted = 0
        self.flowing = Event()
        self.flowing.set()
        self.lock = Lock()
        self.pairs: list[tuple[socket.socket, socket.socket]] = []
        self.threads: list[Thread] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.start(self.accept)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def silence(self) -> None:
        """Forward nothing more, on old and new connections, while all of them stay open."""
        self.flowing.clear()

    def resume(self) -> None:
        """Forward again, what was held back first."""
        self.flowing.set()

    def cut(self) -> int:
        """Reset every connection, at both ends; return how many there were."""
        with self.lock:
            pairs, self.pairs = self.pairs, []
        for pair in pairs:
            for end in pair:
                reset(end)
        return len(pairs)

    def refuse(self) -> None:
        """Cut, and refuse every new connection from now on."""
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()

    def close(self) -> None:
        """End everything."""
        self.refuse()
        self.flowing.set()
        for thread in self.threads:
            thread.join(10)

    def start(self, target: object, *args: object) -> None:
        thread = Thread(target=target, args=args, daemon=True)  # type: ignore[arg-type]
        self.threads.append(thread)
        thread.start()

    def accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.accepted += 1
            try:
                server = socket.create_connection(self.target, 5)
            except OSError:
                reset(client)
                continue
            server.settimeout(None)
            with self.lock:
                self.pairs.append((client, server))
            self.start(self.pump, client, server)
            self.start(self.pump, server, client)

    def pump(self, source: socket.socket, sink: socket.socket) -> None:
        """Forward one direction; what one end does to it, an end or a reset, the other one sees."""
        try:
            while data := source.recv(CHUNK):
                self.flowing.wait()
                self.hold_up(len(data))
                sink.sendall(data)
            self.flowing.wait()
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            self.flowing.wait()
            reset(source)
            reset(sink)

    def hold_up(self, size: int) -> None:
        """Wait for as long as so many bytes are to take."""
        pause_s = self.delay_s + (size / self.rate if self.rate else 0.0)
        if pause_s:
            time.sleep(pause_s)


def reset(end: socket.socket) -> None:
    """Close a socket by a TCP reset; wakes a thread that reads from it."""
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    with suppress(OSError):
        end.shutdown(socket.SHUT_RD)
    end.close()

"""For applications: a logging handler, and functions, that send events to mqworker.

::

    logging.getLogger().addHandler(mqworker.client.Handler("http://127.0.0.1:8080", spool=DIR))

    mqworker.client.configure("http://127.0.0.1:8080", spool=DIR)
    mqworker.client.send("joe logged in", category="authentication", details={"username": "joe"})

1. Nothing here blocks or kills the application: an event is put into memory, and threads of its
   own do the rest. What memory and disk can't hold is dropped, counted, and said.
2. With a spool, an event is on disk before it is sent and until it is confirmed: it survives
   kill -9 of the application, and is sent by whoever uses the directory next.
3. Each event has its ID from the start, so that sending it again stores it once.
4. A forked child starts anew: what its parent had not sent yet is the parent's.
5. Importing this imports the standard library only; `amqp://` needs pika.
"""

from __future__ import annotations

from mqworker.client.client import Client
from mqworker.client.counts import Counts
from mqworker.client.functions import close, configure, flush, send, send_event
from mqworker.client.handler import Handler

__all__ = [
    "Client",
    "Counts",
    "Handler",
    "close",
    "configure",
    "flush",
    "send",
    "send_event",
]

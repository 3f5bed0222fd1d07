"""The demonstration: generated traffic through a real worker, and what became of it.

1. What is told was read from the broker and the store afterwards; nobody took the worker's word.
2. What has to come out is known before anything is sent (`plan`).
3. No service is needed: the embedded broker and store carry what RabbitMQ and Elasticsearch would.
"""

from mqworker.demo.account import Account
from mqworker.demo.demonstration import Bar, demonstrate

__all__ = ["Account", "Bar", "demonstrate"]

"""Messages of a Redis list, each held under a lease until it is settled.

kombu's own consumer pops a message first and notes that it holds it afterwards: killed in between,
it loses that message. Here both are one script, which Redis runs wholly or not at all.

1. A message is in the list or held, at any time; the only way out is to be settled.
2. A held message has a lease, which its holder renews. When a lease ends, any worker of the same
   queue puts the message back, to the end that is read first: the order stays, more or less.
   Redis's clock decides.
3. A lease's name is never used twice: neither by two workers, nor again after a call whose answer
   was lost.
4. Messages of the queue lie where kombu puts them, a list for each priority, but what is held lies
   under keys of our own: another program of the same Redis, with another idea of how long a
   message may be held, sees nothing of it.

Needs Redis 5 or newer, or what speaks its protocol and runs its scripts.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import cast

import redis

from mqworker.brokers.envelope import marked_again

# Removing comes first: a Redis that has reached its maxmemory runs a script to its end when it
# begins with that, and refuses it when it begins with an addition. It refuses MULTI altogether.
TAKE = """
redis.call('ZREM', KEYS[2], '')
local time = redis.call('TIME')
local ends = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
local taken = {}
local bytes = 0
for list = 3, #KEYS do
  while #taken < tonumber(ARGV[4]) and bytes < tonumber(ARGV[5]) do
    local entry = redis.call('LINDEX', KEYS[list], -1)
    if not entry then break end
    local lease = ARGV[2] .. string.format('%015d', ARGV[3] + #taken)
    redis.call('HSET', KEYS[1], lease, entry)
    redis.call('ZADD', KEYS[2], ends, lease)
    redis.call('RPOP', KEYS[list])
    taken[#taken + 1] = entry
    bytes = bytes + #entry
  end
end
return taken
"""
SETTLE = """
redis.call('HDEL', KEYS[1], unpack(ARGV))
redis.call('ZREM', KEYS[2], unpack(ARGV))
"""
RENEW = """
local time = redis.call('TIME')
local ends = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
for i = 2, #ARGV do
  redis.call('ZADD', KEYS[1], 'XX', ends, ARGV[i])
end
"""
ENDED = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local found = {}
for _, lease in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, ARGV[1])) do
  found[#found + 1] = lease
  found[#found + 1] = redis.call('HGET', KEYS[1], lease) or ''
end
return found
"""
PUT_BACK = """
redis.call('ZREM', KEYS[2], ARGV[1])
if redis.call('HDEL', KEYS[1], ARGV[1]) == 1 then
  return redis.call('RPUSH', KEYS[3], ARGV[2])
end
return 0
"""

MOST_BYTES = 16 * 1024 * 1024
"""Taken with one call; Redis serves nobody else meanwhile."""

CHUNK = 500
"""Leases named in one call."""


class Leases:
    """The leases of one worker on the messages of one queue.

    Every method raises what redis-py raises when Redis can't be reached.
    """

    def __init__(self, queue: str, lists: Sequence[str], lease_s: float, prefix: str = "") -> None:
        """Name the queue.

        Args:
            queue: its name.
            lists: the lists that make it up, in the order in which they are read.
            lease_s: how long a message is held without being renewed, in seconds.
            prefix: of every key (kombu's `global_keyprefix`).
        """
        self.lists = [prefix + name for name in lists]
        self.held = f"{prefix}{queue}.held"
        self.ends = f"{prefix}{queue}.held.ends"
        self.lease_ms = int(lease_s * 1000)
        self.owner = f"{uuid.uuid4().hex}:"

    def connect(self, client: redis.Redis) -> None:
        """Work with this Redis from now on; the leases stay what they are."""
        self.client = client
        self.take_script = client.register_script(TAKE)
        self.settle_script = client.register_script(SETTLE)
        self.renew_script = client.register_script(RENEW)
        self.ended_script = client.register_script(ENDED)
        self.put_back_script = client.register_script(PUT_BACK)

    def lease(self, number: int) -> str:
        """Return the name of lease `number`; Redis sorts by it, so it has a fixed width."""
        return f"{self.owner}{number:015d}"

    def take(self, first: int, limit: int) -> list[bytes]:
        """Take at most `limit` messages under the leases `first`, `first + 1` and so on.

        After an error it is not known what was taken: none of these numbers may be used again.
        """
        keys = [self.held, self.ends, *self.lists]
        args: list[str | int] = [self.lease_ms, self.owner, first, limit, MOST_BYTES]
        return cast("list[bytes]", self.take_script(keys, args))

    def count(self) -> int:
        """Count the messages that nobody holds."""
        return sum(int(self.client.llen(name)) for name in self.lists)

    def settle(self, numbers: Sequence[int]) -> None:
        """Forget these messages."""
        for part in chunks([self.lease(number) for number in numbers]):
            self.settle_script([self.held, self.ends], part)

    def renew(self, numbers: Iterable[int]) -> None:
        """Begin these leases anew; those that have ended stay so."""
        for part in chunks([self.lease(number) for number in numbers]):
            self.renew_script([self.ends], [self.lease_ms, *part])

    def put_back(self, lease: str | bytes, entry: bytes) -> None:
        """Put a message back, to be read next, unless its lease was settled or put back."""
        keys = [self.held, self.ends, self.lists[0]]
        self.put_back_script(keys, [lease, marked_again(entry)])

    def put_back_own(self, entries: Iterable[tuple[int, bytes]]) -> None:
        """Put messages back that this worker holds: the one taken last goes first."""
        for number, entry in sorted(entries, reverse=True):
            self.put_back(self.lease(number), entry)

    def put_back_ended(self) -> int:
        """Put back what nobody renewed; returns how many messages that were."""
        count = 0
        while found := cast("list[bytes]", self.ended_script([self.held, self.ends], [CHUNK])):
            for entry, lease in zip(found[::-2], found[-2::-2], strict=True):
                self.put_back(lease, entry)
            count += len(found) // 2
        return count


def chunks(names: list[str]) -> list[list[str]]:
    """Cut into lists that one call may name."""
    return [names[start : start + CHUNK] for start in range(0, len(names), CHUNK)]

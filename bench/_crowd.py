"""Many browsers that listen to one topic: a process of its own, standard library only.

python _crowd.py PORT TOPIC LISTENERS EVENTS prints "all here", then the times at which each had each event whole.
Every second one reads English.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time

LONGEST_LINE = 1 << 22
LANGUAGES = ("zh-hans", "en")
# What the state of a room is called while it takes bids: a fragment in the wrong language, or an empty one, is no news.
WORDS = {"zh-hans": "竞价中", "en": "Bidding"}
LEAST = re.compile(rb'data-least-fen=\\"(\d+)')
# As in _lots, which needs the whole house.
STEP_FEN = 100_00


def bids_told(data: bytes) -> int:
    """How many bids of one step each the room has had, by the least amount that it takes next."""
    told = LEAST.search(data)
    assert told, data
    return int(told[1]) // STEP_FEN - 1


async def listen(address: tuple[int, str], events: int, *, here: asyncio.Semaphore, language: str) -> list[float]:
    """One browser: joins, then notes when each event came."""
    port, topic = address
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=LONGEST_LINE)
    head = f"GET /live/?topic={topic}&after=999999 HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: lang={language}\r\n\r\n"
    writer.write(head.encode())
    while not (await reader.readline()).startswith(b"event: beat"):
        pass
    here.release()
    times: list[float] = []
    while len(times) < events:
        line = await reader.readline()
        assert line, "the house hung up"
        if line.startswith(b"event: fragment"):
            data = await reader.readline()
            heard_at = time.time()
            assert WORDS[language].encode() in data, data
            # The opening is news too, and a fragment may tell several bids: what it says of the price decides.
            while len(times) < bids_told(data):
                times.append(heard_at)
    return times


async def main(address: tuple[int, str], listeners: int, events: int) -> None:
    here = asyncio.Semaphore(0)
    listening = [
        asyncio.create_task(listen(address, events, here=here, language=LANGUAGES[place % 2]))
        for place in range(listeners)
    ]
    for _ in range(listeners):
        await here.acquire()
    print("all here", flush=True)
    print(json.dumps(await asyncio.gather(*listening)), flush=True)


if __name__ == "__main__":
    asyncio.run(main((int(sys.argv[1]), sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))

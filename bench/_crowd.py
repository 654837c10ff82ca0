"""Many browsers that listen to one topic: a process of its own, standard library only.

python _crowd.py PORT TOPIC LISTENERS EVENTS prints "all here", then the times at which each had each event whole.
Every second one reads English.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

LONGEST_LINE = 1 << 22
LANGUAGES = ("zh-hans", "en")
# What the state of a room is called while it takes bids: a fragment in the wrong language, or an empty one, is no news.
WORDS = {"zh-hans": "竞价中", "en": "Bidding"}


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
        if (await reader.readline()).startswith(b"event: fragment"):
            data = await reader.readline()
            times.append(time.time())
            assert WORDS[language].encode() in data, data
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

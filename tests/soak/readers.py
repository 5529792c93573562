"""Readers as a web server sees them: requests that come whether or not the ones before were answered."""

import asyncio
import time
from collections.abc import Callable
from itertools import count
from typing import NamedTuple

#: Seconds after which a reader gives up.
PATIENCE = 35


class Answer(NamedTuple):
    """`status` 0: nobody answered. `at` and `seconds`: when it was asked, and how long it took."""

    status: int
    at: float
    seconds: float


async def ask(port: int, address: str) -> Answer:
    began = time.monotonic()
    status = 0
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
                status = int((await reader.readline()).split()[1])
                while await reader.read(1 << 16):
                    pass
            finally:
                writer.close()
    except (OSError, TimeoutError, IndexError, ValueError):
        status = 0
    return Answer(status, began, time.monotonic() - began)


_numbers = count()


def unasked() -> str:
    """A whole page at an address that nobody asked before: no proxy and no process has kept an answer to it."""
    return f"/trials/?asked={next(_numbers)}"


async def one_after_the_other(port: int, readers: int, seconds: float) -> list[Answer]:
    """So many readers, each asking again as soon as they have an answer: what the site can do."""
    until = time.monotonic() + seconds
    answers: list[Answer] = []

    async def read() -> None:
        while time.monotonic() < until:
            answers.append(await ask(port, unasked()))

    await asyncio.gather(*(read() for _reader in range(readers)))
    return answers


async def a_second(port: int, rate: float, seconds: float, address: Callable[[], str]) -> list[Answer]:
    """So many requests a second, evenly, however many are still waiting."""
    began, tasks = time.monotonic(), []
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
        tasks.append(asyncio.create_task(ask(port, address())))
    return list(await asyncio.gather(*tasks))

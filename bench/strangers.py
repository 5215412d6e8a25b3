"""A crowd at the sign-in page, as a process of its own: `rate` tries a second from many addresses, whatever happens.

Reads tries (ID number, tab, password) from standard input and says in JSON how each was answered. It does not slow
down when the portal does (an open load): who waits longer than ten seconds goes away, and a thousand wait at most.
Every second one carries a made-up device, to pass for a browser that has signed in before.
"""

import asyncio
import json
import re
import sys
import time
from collections import Counter
from urllib.parse import urlencode

import httpx

RATE, SECONDS = 100, 60
_PATIENCE, _WAITING = 10, 1000
_DEVICE = f"; bm_device_candidate={'x' * 43}"
_FORGED = (_DEVICE, f"{_DEVICE}.{'A' * 43}")  # without a tag, and with one that is guessed
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Crowd:
    """Strangers in front of one portal."""

    def __init__(self, port: int) -> None:
        self.port, self.answers = port, Counter[str]()
        self.seconds: list[float] = []
        self._waiting = 0
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            found = _TOKEN.search(client.get("/sign-in/").text)
            assert found
            self._token = found[1]
            self._cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())

    async def come(self, tries: list[tuple[str, str]]) -> None:
        """Send the tries, so many a second, each on a connection of its own."""
        start, sent = time.monotonic(), []
        for number, one in enumerate(tries):
            await asyncio.sleep(max(0.0, start + number / RATE - time.monotonic()))
            sent.append(asyncio.create_task(self._try(number, *one)))
        await asyncio.gather(*sent)

    async def _try(self, number: int, document: str, password: str) -> None:
        if self._waiting >= _WAITING:
            self.answers["did not get a place"] += 1
            return
        self._waiting += 1
        begun = time.monotonic()
        try:
            status = await asyncio.wait_for(self._sent(number, document, password), _PATIENCE)
        except (TimeoutError, OSError) as problem:
            status = type(problem).__name__
        self._waiting -= 1
        self.answers[status] += 1
        self.seconds.append(time.monotonic() - begun)

    async def _sent(self, number: int, document: str, password: str) -> str:
        address = f"127.{1 + number % 50}.{1 + number % 7}.{1 + number % 11}"
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))
        cookies = self._cookies + (_FORGED[number // 2 % len(_FORGED)] if number % 2 else "")
        fields = {"csrfmiddlewaretoken": self._token, "number": document, "password": password}
        body = urlencode(fields).encode()
        writer.write(
            f"POST /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {cookies}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = await reader.readline()
        while await reader.read(65536):
            pass
        writer.close()
        return head.split()[1].decode() if head else "hung up"


def main() -> None:
    tries = [tuple(line.rstrip("\n").split("\t")) for line in sys.stdin]
    crowd = Crowd(int(sys.argv[1]))
    cpu = time.process_time()
    asyncio.run(crowd.come(tries))
    waited = sorted(crowd.seconds)
    said = {
        "answers": dict(crowd.answers),
        "p50": waited[len(waited) // 2],
        "p99": waited[len(waited) * 99 // 100],
        "cpu": time.process_time() - cpu,
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main()

"""Requests to a server; whatever goes wrong on the way becomes one clear sentence."""

import contextlib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import httpx2

from moe3d.errors import ServerError, UsageError
from moe3d.io.files.outside_files import first_line, shown
from moe3d.remote.protocol import DEFAULT_PORT, error_of

CONNECT_S, SILENT_S = 10.0, 60.0
"""How long is waited for a connection, and for a sign of life."""
LONGEST_LINE = 2**16
_HOST, _PORT = re.compile(r"[\w.:-]+"), re.compile(r":\d+/?\s*$")
_LOCAL = ("127.0.0.1", "localhost", "::1")


def server_url(text: str) -> str:
    """The address of a server as people write it, whole: "box", "box:8765", "https://box/".

    Raises:
        UsageError: it is none.
    """
    written = text.strip()
    if "://" not in written:
        written = f"http://{written}"
    try:
        url = httpx2.URL(written)
        port = url.port
    except (httpx2.InvalidURL, ValueError, TypeError) as error:
        raise _no_address(text) from error
    is_plain = url.path in ("", "/") and not url.query and not url.userinfo
    if url.scheme not in ("http", "https") or not _HOST.fullmatch(url.host) or not is_plain:
        raise _no_address(text)
    if port is None and "://" not in text and not _PORT.search(text):
        url = url.copy_with(port=DEFAULT_PORT)
    return str(url).rstrip("/")


def _no_address(text: str) -> UsageError:
    return UsageError(
        f"{shown(repr(text), 100)} is no address of a server; wanted one as `moe3d serve` prints "
        f"it, such as http://127.0.0.1:{DEFAULT_PORT}"
    )


class Connection:
    """To one server, with its token.

    Raises:
        ServerError: from every method: no server is there, it refuses the token, it is no such
            server, or it went away in the middle.
        MoE3DError: from every method: what the server refused, of the class it had there.
    """

    def __init__(self, server: str, token: str) -> None:
        self.url = server_url(server)
        if not token.isascii() or not token.isprintable():
            raise UsageError("a token holds letters, digits and signs of ASCII alone")
        url = httpx2.URL(self.url)
        self._client = httpx2.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=httpx2.Timeout(SILENT_S, connect=CONNECT_S),
            trust_env=url.host not in _LOCAL,  # a proxy knows nothing of this machine's own ports
        )

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()

    def get(self, path: str) -> Any:
        """What the server answers, out of JSON."""
        return self._json("GET", path)

    def post(self, path: str, body: bytes = b"") -> Any:
        """The same of a question with a body; None for an empty answer."""
        return self._json("POST", path, body)

    def put(self, path: str, chunks: Iterable[bytes], size: int) -> None:
        """Send a file."""
        with self._told():
            answer = self._client.put(path, content=chunks, headers={"Content-Length": str(size)})
        self._check(answer)

    def delete(self, path: str) -> None:
        """Have something forgotten."""
        self._json("DELETE", path)

    @contextlib.contextmanager
    def lines(self, path: str) -> Iterator[Iterator[Any]]:
        """A stream of lines of JSON."""
        with self._told(), self._client.stream("GET", path) as answer:
            self._check_stream(answer)
            yield (self._parsed(line) for line in answer.iter_lines() if line.strip())

    @contextlib.contextmanager
    def file(self, path: str) -> Iterator[tuple[int, Iterator[bytes]]]:
        """The size of a file, bytes, and its content."""
        with self._told(), self._client.stream("GET", path) as answer:
            self._check_stream(answer)
            size = answer.headers.get("content-length", "")
            if not size.isdecimal():
                raise self._stranger("a file without its size")
            yield int(size), answer.iter_bytes()

    def _json(self, method: str, path: str, body: bytes = b"") -> Any:
        with self._told():
            answer = self._client.request(method, path, content=body)
        self._check(answer)
        return self._parsed(answer.text) if answer.content else None

    def _check_stream(self, answer: httpx2.Response) -> None:
        if answer.status_code >= 300:
            answer.read()
        self._check(answer)

    def _check(self, answer: httpx2.Response) -> None:
        if answer.status_code < 300:
            return
        told = None
        with contextlib.suppress(ValueError):
            told = json.loads(answer.text)
        if not isinstance(told, dict) or not isinstance(told.get("message"), str):
            raise self._stranger(f"status {answer.status_code}")
        raise error_of(str(told.get("error")), told["message"], self.url)

    def _parsed(self, text: str) -> Any:
        try:
            return json.loads(text)
        except ValueError as error:
            raise self._stranger("something that is no JSON") from error

    def _stranger(self, came: str) -> ServerError:
        return ServerError(
            f"{self.url} answers, but not as `moe3d serve` does ({came}); is the address right?"
        )

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise BrokenError(
                f"{self.url}: no server can be reached ({first_line(error)}); is `moe3d serve` "
                "running there, and the address right?"
            ) from error
        except httpx2.TimeoutException as error:
            raise BrokenError(
                f"{self.url}: nothing was heard for {SILENT_S:.0f} s; the server or the network "
                "hangs. Nothing here is lost: try again"
            ) from error
        except httpx2.HTTPError as error:
            raise BrokenError(
                f"{self.url}: the connection broke in the middle ({first_line(error)}); the server "
                "has ended, or the network failed. Nothing here is lost: try again"
            ) from error


class BrokenError(ServerError):
    """A connection that broke; another one may do."""

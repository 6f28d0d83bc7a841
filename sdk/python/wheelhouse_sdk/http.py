"""Requests to servers outside the host. They go to the hosts that `Need.http` asks for and the operator grants, no others; redirects are
followed inside that grant only.

    answer = http.get("https://api.example.com/weather", timeout=2.5)
    if answer.status == 200:
        degrees = answer.json()["degrees"]
"""

import json as _json
from dataclasses import dataclass
from typing import Any

from .failure import Unavailable
from .host import Sent, host
from .plain import write


@dataclass(frozen=True)
class HttpResponse:
    """Whatever the server answered: a 500 is a response, not a failure."""

    status: int
    #: Names in lower case, in the order of the server.
    headers: list[tuple[str, str]]
    #: Whole: what is longer than the plugin's limit is a failure, never cut.
    body: bytes

    def find_header(self, name: str) -> str | None:
        """The first header with this name, whatever its case."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), None)

    def text(self) -> str:
        """The body as text in UTF-8; what is none is replaced."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body's JSON value; `Unavailable` when there is none, for then the server is not what it was."""
        try:
            return _json.loads(self.body)
        except ValueError as error:
            raise Unavailable("A server gave an answer that cannot be read.") from error


def send(
    method: str,
    url: str,
    *,
    headers: dict[str, str] | list[tuple[str, str]] = (),  # type: ignore[assignment]
    json: object = None,
    body: bytes | None = None,
    timeout: float | None = None,
) -> HttpResponse:
    """Sends a request and waits for the whole answer, at most `timeout` seconds and at most what is left of the running call. `json` is
    a body that is written as JSON; `body` one as it is.

    `Denied` when the grant forbids it, `Invalid` when the request is none, `Unavailable` when the server cannot be reached, is silent for too
    long or breaks off, `RateLimited` when the plugin has as many requests under way as it may.
    """
    pairs = list(headers.items() if isinstance(headers, dict) else headers)
    if json is not None:
        body = write(json, "A request").encode()
        pairs.append(("content-type", "application/json"))
    millis = None if timeout is None else max(1, min(round(timeout * 1000), 2**32 - 1))
    answer = host.http()(Sent(method, url, pairs, body, millis))
    return HttpResponse(*answer)


def get(url: str, **options: Any) -> HttpResponse:
    """Sends a GET request; see `send`."""
    return send("GET", url, **options)


def post(url: str, **options: Any) -> HttpResponse:
    """Sends a POST request; see `send`."""
    return send("POST", url, **options)

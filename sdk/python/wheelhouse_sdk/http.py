"""Requests to servers outside the host. They go to the hosts that `Need.http` asks for and the operator grants, no
others; redirects are followed inside that grant only.

    answer = http.get("https://api.example.com/forecast", query={"place": "Moab, UT"}, bearer=key, timeout=2.5)
    degrees = answer.success().json()["high"]
"""

import json as _json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from .failure import NotFound, RateLimited, Unavailable
from .host import Sent, host
from .plain import write


@dataclass(frozen=True)
class HttpResponse:
    """Whatever the server answered: a 500 is a response, not a failure."""

    status: int
    #: Names in lower case, in the order of the server.
    headers: list[tuple[str, str]] = field(default_factory=list)
    #: Whole: what is longer than the plugin's limit is a failure, never cut.
    body: bytes = b""

    @property
    def is_success(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300

    def success(self) -> "HttpResponse":
        """The response, if its status is one of success: `NotFound` for 404 and 410, `RateLimited` for 429,
        `Unavailable` for all others. That the plugin's own access is refused, or its request not understood, is no
        fault of whoever called it."""
        if self.is_success:
            return self
        if self.status in (404, 410):
            raise NotFound("The server has nothing there.")
        if self.status == 429:
            wait = self.find_header("retry-after") or ""
            raise RateLimited("The server has been asked too often for now.", int(wait) if wait.isdecimal() else None)
        raise Unavailable(f"The server answered with the status {self.status}.")

    def find_header(self, name: str) -> str | None:
        """The first header with this name, whatever its case."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), None)

    def text(self) -> str:
        """The body as text; `Unavailable` when it is not UTF-8."""
        try:
            return self.body.decode()
        except UnicodeDecodeError as error:
            raise Unavailable("The server's answer is no text.") from error

    def json(self) -> Any:
        """The body's JSON value; `Unavailable` when there is none."""
        try:
            return _json.loads(self.body)
        except ValueError as error:
            raise Unavailable("The server's answer is not in the form that was expected.") from error


def send(
    method: str,
    url: str,
    *,
    query: dict[str, object] | None = None,
    headers: dict[str, str] | None = None,
    bearer: str | None = None,
    json: object = None,
    body: bytes | None = None,
    timeout: float | None = None,
) -> HttpResponse:
    """Sends a request and waits for the whole answer, at most `timeout` seconds and at most what is left of the running
    call.

    `query` is added to the URL, encoded as it has to be; `bearer` is a token for `Authorization`; `json` is a body that
    is written as JSON, `body` one as it is. `Host`, `Content-Length` and headers of the connection are the host's, and
    refused.

    `Denied` when the host is not granted, `Invalid` when the request is none, `Unavailable` when the server cannot be
    reached or does not answer whole, `RateLimited` when the plugin has as many requests under way as it may. """
    pairs = list((headers or {}).items())
    if bearer is not None:
        pairs.append(("authorization", f"Bearer {bearer}"))
    if json is not None:
        body = write(json, "The body of a request").encode()
        pairs.append(("content-type", "application/json"))
    if query:
        encoded = "&".join(f"{quote(name, safe='')}={quote(str(value), safe='')}" for name, value in query.items())
        url = f"{url}{'&' if '?' in url else '?'}{encoded}"
    millis = None if timeout is None else max(1, min(round(timeout * 1000), 2**31 - 1))
    return HttpResponse(*host.http()(Sent(method, url, pairs, body, millis)))


def get(url: str, **options: Any) -> HttpResponse:
    """Sends a GET request; see `send`."""
    return send("GET", url, **options)


def post(url: str, **options: Any) -> HttpResponse:
    """Sends a POST request; see `send`."""
    return send("POST", url, **options)


def put(url: str, **options: Any) -> HttpResponse:
    """Sends a PUT request; see `send`."""
    return send("PUT", url, **options)


def patch(url: str, **options: Any) -> HttpResponse:
    """Sends a PATCH request; see `send`."""
    return send("PATCH", url, **options)


def delete(url: str, **options: Any) -> HttpResponse:
    """Sends a DELETE request; see `send`."""
    return send("DELETE", url, **options)

"""The other side of requests on the build machine: what a test says."""

from collections.abc import Callable
from urllib.parse import urlsplit

from .failure import Denied, Invalid
from .host import Received, Sent
from .http import HttpResponse

#: Headers that a host refuses.
OF_THE_HOST = {
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}


class Server:
    """All servers there are."""

    def __init__(self) -> None:
        self.answer: Callable[[Sent], HttpResponse] | None = None
        self.sent: list[Sent] = []

    def send(self, request: Sent) -> Received:
        """Answers as the test says; denied, as on a host that grants none, where it says nothing."""
        _check(request)
        self.sent.append(request)
        if self.answer is None:
            raise Denied("No host is granted; in a test, `testing.answer_http` says what servers answer.")
        answer = self.answer(request)
        return Received(answer.status, answer.headers, answer.body)


def _check(request: Sent) -> None:
    url = urlsplit(request.url)
    if url.scheme not in ("http", "https") or not url.hostname or "@" in url.netloc or "#" in request.url:
        raise Invalid(
            f"`{request.url}` is no URL for a request: https:// or http://, a host without a user, a path, no fragment."
        )
    for name, _ in request.headers:
        if name.lower() in OF_THE_HOST:
            raise Invalid(f"The header `{name}` is the host's to set: leave it out.")

"""Imports `http`."""

from wit_world.imports import http as wit

from ..host import Received, Sent
from .failure import asked


def send(request: Sent) -> Received:
    """Has the host send a request."""
    headers = [wit.Header(name, value) for name, value in request.headers]
    answer = asked(wit.send, wit.Request(request.method, request.url, headers, request.body, request.timeout))
    return Received(answer.status, [(header.name, header.value) for header in answer.headers], answer.body)

#!/usr/bin/env python3
"""Checks the documentation of a running host.

    docs.py http://127.0.0.1:8000 [--screenshot FILE]

The document must be OpenAPI 3.1 by the official JSON Schema, and broken copies of it must not be, which shows that the
check is able to fail. The page must show routes of the host and of plugins in a browser that can reach nothing but the
host, and must not ask for anything else; a page that does must be noticed. The status is 0 when all of this holds, 1
when not.

Needs `pip install openapi-spec-validator==0.9.0` and chromium.
"""

import argparse
import copy
import html
import http.server
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import urllib.request

from openapi_spec_validator import OpenAPIV31SpecValidator

ROUTES = ["/api/v1/pam/chat", "/api/v1/expenses"]


def mistakes(document):
    return [f"{list(error.absolute_path)}: {error.message}" for error in OpenAPIV31SpecValidator(document).iter_errors()]


def broken(document):
    """Copies of the document with one mistake each."""

    def broken_by(change):
        changed = copy.deepcopy(document)
        change(changed, changed["paths"]["/api/v1/expenses"]["get"])
        return changed

    yield "without a title", broken_by(lambda whole, _: whole["info"].pop("title"))
    yield "with a path that does not begin with /", broken_by(lambda whole, _: whole["paths"].update(expenses={}))
    yield "with an unknown key", broken_by(lambda _, route: route.update(sumary="Lists expenses."))
    yield "with a response without a description", broken_by(lambda _, route: route["responses"]["200"].pop("description"))
    yield "with a parameter without a name", broken_by(lambda _, route: route["parameters"][0].pop("name"))
    yield "with a schema of no known type", broken_by(lambda _, route: route["parameters"][0].update(schema={"type": "money"}))
    yield "with a reference that leads nowhere", broken_by(
        lambda _, route: route["responses"].update({"418": {"$ref": "#/components/responses/Teapot"}})
    )


def check_document(document):
    if not document["openapi"].startswith("3.1."):
        yield f"the document is OpenAPI {document['openapi']}"
    for route in ROUTES:
        if route not in document["paths"]:
            yield f"the document has no {route}"
    for mistake in mistakes(document):
        yield f"the document is not OpenAPI 3.1: {mistake}"
    for name, other in broken(document):
        try:
            found = mistakes(other)
        except Exception as error:  # Some mistakes end the check at once.
            found = [error]
        if not found:
            yield f"a document {name} passes the check"


def browse(url, folder, *options):
    """What the browser prints, and the hosts that the page asked for.

    The browser itself asks for its maker's hosts as well, whatever it is told; the resolver's rule keeps it from reaching them.
    """
    log = pathlib.Path(folder) / "net.json"
    command = [
        "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        f"--user-data-dir={folder}/profile", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        f"--log-net-log={log}", "--virtual-time-budget=20000", *options, url,
    ]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=180)
    record = json.loads(log.read_text(errors="replace"))
    begun = record["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    requests = [event["params"] for event in record["events"] if event["type"] == begun and "params" in event]
    # What a page loads has its origin for the initiator; what the browser does of its own accord has none.
    of_page = {
        urllib.parse.urlsplit(asked["url"]).netloc
        for asked in requests
        if asked.get("initiator", "").startswith("http://127.0.0.1:") or asked.get("request_type") == "main frame"
    }
    return printed.stdout.decode(errors="replace"), of_page


def check_page(url, folder):
    dom, asked = browse(f"{url}/docs", folder, "--dump-dom")
    shown = set(map(html.unescape, re.findall(r'data-path="([^"]+)"', dom)))
    for route in ROUTES:
        if route not in shown:
            yield f"the page does not show {route}; it shows {sorted(shown)}"
    own = urllib.parse.urlsplit(url).netloc
    if asked != {own}:
        yield f"the page asked for {sorted(asked)} and not for {own} alone"
    print(f"the page shows {len(shown)} paths and asked for {', '.join(sorted(asked))}")


class Outgoing(http.server.BaseHTTPRequestHandler):
    """A page that loads from outside."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b'<!doctype html><img src="http://outside.example/dot.png">')

    def log_message(self, *_):
        pass


def check_control(folder):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Outgoing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        _, asked = browse(f"http://127.0.0.1:{server.server_port}/", folder, "--dump-dom")
        server.shutdown()
    if "outside.example" not in asked:
        yield f"a page that loads from outside is not noticed: it asked for {sorted(asked)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", help="where the host serves")
    parser.add_argument("--screenshot", help="also writes what the page looks like to this PNG file")
    arguments = parser.parse_args()
    with urllib.request.urlopen(f"{arguments.url}/api-doc/openapi.json", timeout=30) as answer:
        document = json.load(answer)
    problems = list(check_document(document))
    with tempfile.TemporaryDirectory() as folder:
        problems += check_page(arguments.url, folder)
    with tempfile.TemporaryDirectory() as folder:
        problems += check_control(folder)
    if arguments.screenshot:
        with tempfile.TemporaryDirectory() as folder:
            browse(f"{arguments.url}/docs", folder, f"--screenshot={arguments.screenshot}", "--window-size=1280,2400")
    for problem in problems:
        print(f"FAILED: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

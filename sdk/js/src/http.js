// Requests to servers outside the host.

import { Unavailable } from "./failure.js";
import { http as connection } from "./host.js";
import { write } from "./json.js";

/** Whatever the server answered: a 500 is a response, not a failure. Header names are in lower case; the body is whole. */
export class HttpResponse {
  constructor({ status, headers, body }) {
    Object.assign(this, { status, headers, body });
  }

  /** The first header with this name, whatever its case. */
  findHeader(name) {
    return this.headers.find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];
  }

  /** The body as text in UTF-8; what is none is replaced. */
  text() {
    return new TextDecoder().decode(this.body);
  }

  /** The body's JSON value; `Unavailable` when there is none, for then the server is not what it was. */
  json() {
    try {
      return JSON.parse(this.text());
    } catch (error) {
      throw new Unavailable("A server gave an answer that cannot be read.", { cause: error });
    }
  }
}

/**
 * Sends a request and waits for the whole answer, at most `timeout` milliseconds and at most what is left of the running call. `json` is a body
 * that is written as JSON; `body` one as it is, a text or bytes.
 *
 * `Denied` when the grant forbids it, `Invalid` when the request is none, `Unavailable` when the server cannot be reached, is silent for too long or
 * breaks off, `RateLimited` when the plugin has as many requests under way as it may.
 */
function send(method, url, { headers = {}, json, body, timeout } = {}) {
  const pairs = Array.isArray(headers) ? [...headers] : Object.entries(headers);
  let bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  if (json !== undefined) {
    bytes = new TextEncoder().encode(write(json, "A request"));
    pairs.push(["content-type", "application/json"]);
  }
  const millis = timeout === undefined ? undefined : Math.min(Math.max(1, Math.round(timeout)), 2 ** 31 - 1);
  return new HttpResponse(connection()({ method, url, headers: pairs, body: bytes, timeout: millis }));
}

/** Requests to the hosts that `need.http` asks for and the operator grants, no others; redirects are followed inside that grant only. */
export const http = {
  send,
  /** Sends a GET request; see `send`. */
  get: (url, options) => send("GET", url, options),
  /** Sends a POST request; see `send`. */
  post: (url, options) => send("POST", url, options),
};

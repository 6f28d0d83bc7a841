// Requests to servers outside the host.

import { NotFound, RateLimited, Unavailable } from "./failure.js";
import { http as connection } from "./host.js";
import { write } from "./json.js";

/**
 * Whatever the server answered: a 500 is a response, not a failure. Header names are in lower case; the body is whole.
 */
export class HttpResponse {
  constructor({ status, headers = [], body = new Uint8Array() }) {
    Object.assign(this, { status, headers, body });
  }

  /** Whether the status is one of success. */
  get isSuccess() {
    return this.status >= 200 && this.status < 300;
  }

  /**
   * The response, if its status is one of success: `NotFound` for 404 and 410, `RateLimited` for 429, `Unavailable` for
   * all others. That the plugin's own access is refused, or its request not understood, is no fault of whoever called
   * it.
   */
  success() {
    if (this.isSuccess) return this;
    if (this.status === 404 || this.status === 410) throw new NotFound("The server has nothing there.");
    if (this.status === 429) {
      const wait = this.findHeader("retry-after") ?? "";
      throw new RateLimited(
        "The server has been asked too often for now.",
        /^[0-9]{1,9}$/.test(wait) ? Number(wait) : undefined,
      );
    }
    throw new Unavailable(`The server answered with the status ${this.status}.`);
  }

  /** The first header with this name, whatever its case. */
  findHeader(name) {
    return this.headers.find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];
  }

  /** The body as text in UTF-8; what is none is replaced. */
  text() {
    return new TextDecoder().decode(this.body);
  }

  /** The body's JSON value; `Unavailable` when there is none. */
  json() {
    try {
      return JSON.parse(this.text());
    } catch (error) {
      throw new Unavailable("The server's answer is not in the form that was expected.", { cause: error });
    }
  }
}

/**
 * Sends a request and waits for the whole answer, at most `timeout` milliseconds and at most what is left of the
 * running call.
 *
 * `query` is added to the URL, encoded as it has to be; `bearer` is a token for `Authorization`; `json` is a body that
 * is written as JSON, `body` one as it is, a text or bytes. `Host`, `Content-Length` and headers of the connection are
 * the host's, and refused.
 *
 * `Denied` when the host is not granted, `Invalid` when the request is none, `Unavailable` when the server cannot be
 * reached or does not answer whole, `RateLimited` when the plugin has as many requests under way as it may.
 */
function send(method, url, { query = {}, headers = {}, bearer, json, body, timeout } = {}) {
  const pairs = Object.entries(headers);
  let bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  if (bearer !== undefined) pairs.push(["authorization", `Bearer ${bearer}`]);
  if (json !== undefined) {
    bytes = new TextEncoder().encode(write(json, "The body of a request"));
    pairs.push(["content-type", "application/json"]);
  }
  const encoded = Object.entries(query).map((pair) => pair.map((part) => encodeURIComponent(part)).join("="));
  const whole = encoded.length === 0 ? url : `${url}${url.includes("?") ? "&" : "?"}${encoded.join("&")}`;
  const millis = timeout === undefined ? undefined : Math.min(Math.max(1, Math.round(timeout)), 2 ** 31 - 1);
  return new HttpResponse(connection()({ method, url: whole, headers: pairs, body: bytes, timeout: millis }));
}

const method = (name) => (url, options) => send(name, url, options);

/**
 * Requests to the hosts that `need.http` asks for and the operator grants, no others; redirects are followed inside
 * that grant only.
 */
export const http = {
  send,
  get: method("GET"),
  post: method("POST"),
  put: method("PUT"),
  patch: method("PATCH"),
  delete: method("DELETE"),
};

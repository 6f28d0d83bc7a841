// What a plugin reaches outside itself, and who calls it.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import {
  Amount,
  Denied,
  Invalid,
  NotFound,
  RateLimited,
  Unavailable,
  choice,
  http,
  integer,
  settings,
  text,
} from "wheelhouse-sdk";
import { answerHttp, call as made, httpResponse, reset, sentHttp, setSettings } from "wheelhouse-sdk/testing";
import { declare } from "../src/host.js";
import { install } from "../src/guest/globals.js";
import { decode, encode } from "../src/guest/utf8.js";

beforeEach(() => {
  reset();
  declare(undefined);
});

const URL = "https://api.example.com/x";

test("requests are put together and answered as the test says", () => {
  answerHttp(({ method }) => httpResponse(201, { json: { was: method }, headers: { etag: "1" } }));
  const query = { place: "Moab, UT", n: 2 };
  const answer = http.post(`${URL}?a=1`, { query, json: { a: 1 }, bearer: "k", timeout: 2_500 });
  assert.deepEqual([answer.success().json(), answer.findHeader("ETag")], [{ was: "POST" }, "1"]);
  const [sent] = sentHttp();
  assert.deepEqual(
    [sent.method, sent.url, new TextDecoder().decode(sent.body), sent.timeout, sent.headers],
    [
      "POST",
      `${URL}?a=1&place=Moab%2C%20UT&n=2`,
      '{"a":1}',
      2_500,
      [
        ["authorization", "Bearer k"],
        ["content-type", "application/json"],
      ],
    ],
  );
});

test("without an answer requests are denied as on a host that grants none", () => {
  assert.throws(() => http.get(URL), Denied);
});

test("what a host refuses is refused here", () => {
  answerHttp(() => httpResponse());
  for (const url of ["ftp://example.com", "https://", "https://me@example.com/", "https://example.com/#x", "/x"]) {
    assert.throws(() => http.get(url), Invalid, url);
  }
  assert.throws(() => http.get(URL, { headers: { Host: "example.com" } }), Invalid);
});

test("what is no success is a failure when it is asked for", () => {
  for (const [status, failure] of [
    [404, NotFound],
    [429, RateLimited],
    [401, Unavailable],
    [500, Unavailable],
  ]) {
    answerHttp(() => httpResponse(status, { headers: { "retry-after": "7" } }));
    const answer = http.get(URL);
    assert.equal(answer.status, status);
    assert.throws(
      () => answer.success(),
      (error) => error instanceof failure && (error.retryAfter ?? 7) === 7,
    );
  }
});

test("an answer that is no JSON is the server's fault", () => {
  answerHttp(() => httpResponse(200, { body: "<html>" }));
  assert.throws(() => http.get(URL).json(), Unavailable);
});

const fields = {
  units: choice("", ["metric", "imperial"], { default: "metric" }),
  days: integer("", { default: 3 }),
  title: text("", { default: "Weather" }),
};

test("settings have the types of their fields", () => {
  assert.deepEqual(settings.read(fields), { units: "metric", days: 3, title: "Weather" });
  setSettings({ units: "imperial", days: 5, title: "7", more: true });
  assert.deepEqual(settings.read(fields), { units: "imperial", days: 5, title: "7" });
  assert.deepEqual([settings.get("more"), settings.get("none")], ["true", undefined]);
});

test("a setting that cannot be read is named and not shown", () => {
  setSettings({ days: "hunter2" });
  assert.throws(
    () => settings.read(fields),
    ({ message, cause }) => /`days`/.test(cause) && !`${message} ${cause}`.includes("hunter2"),
  );
});

test("today is the user's own, and that of UTC without a wall clock", () => {
  assert.deepEqual([made().today(), made().now()], ["2026-11-22", "2026-11-22T18:03:00"]);
  assert.equal(made({ localTime: "", received: 86_400_000 }).today(), "1970-01-02");
});

test("a call that no user made has none", () => {
  assert.equal(made().getUser().id, "ann");
  assert.throws(() => made({ user: null }).getUser(), Denied);
});

test("ids of a call depend on request, purpose and content", () => {
  const content = { amount: new Amount(500) };
  const first = made().once("expense", content);
  assert.equal(first, made().once("expense", { ...content }));
  const others = [
    made().once("expense", { amount: new Amount(501) }),
    made().once("budget", content),
    made({ requestId: "request-2" }).once("expense", content),
  ];
  assert.equal(new Set([first, ...others]).size, 4);
  assert.match(first, /^[0-9a-f]{32}$/);
});

test("amounts are read exactly, and written as they are read", () => {
  for (const [value, minor] of [
    [85.5, 8_550],
    ["85.50", 8_550],
    [0.29, 29],
    [4.35, 435],
    [-3.07, -307],
    [1e12, 1e14],
  ]) {
    assert.equal(Amount.parse(value).minor, minor);
  }
  for (let minor = 0; minor < 20_000; minor += 1) assert.equal(Amount.parse(new Amount(minor).toJSON()).minor, minor);
  assert.equal(String(new Amount(-5)), "-0.05");
  for (const value of ["", "12.", ".5", "1,50", "NaN", "12 ", "١", true, [], null, NaN]) {
    assert.throws(() => Amount.parse(value), /an amount such as 12.50/, String(value));
  }
  assert.throws(() => Amount.parse(0.0000001), /two decimal places/);
  for (const value of [1e300, "1000000000000.01"]) assert.throws(() => Amount.parse(value), /at most 1000000000000/);
});

test("UTF-8 is read and written as everywhere", () => {
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
  for (const sample of ["", "Grüße", "漢字", "👩‍🚀", "a\ud800b", "\u0000"])
    assert.deepEqual(encode(sample), encoder.encode(sample));
  // Every sequence of three bytes out of those that matter, and some of four.
  const bytes = [
    0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff,
  ];
  for (const a of bytes) {
    for (const b of bytes) {
      for (const c of bytes) {
        for (const tail of [[], [0x80], [0x41]]) {
          const all = new Uint8Array([a, b, c, ...tail]);
          assert.equal(decode(all), decoder.decode(all), all.join(" "));
        }
      }
    }
  }
  assert.equal(decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x41])), "A");
  const long = "é👍".repeat(10_000);
  assert.equal(decode(encode(long)), long);
});

test("a component's globals draw from the host", () => {
  const saved = ["console", "TextEncoder", "TextDecoder", "crypto"].map((name) => [
    name,
    Object.getOwnPropertyDescriptor(globalThis, name),
  ]);
  const random = Math.random;
  try {
    for (const [name] of saved)
      Object.defineProperty(globalThis, name, { value: undefined, writable: true, configurable: true });
    install({ stdout: {}, stderr: {}, random: { getRandomBytes: (length) => new Uint8Array(length).fill(255) } });
    assert.equal(crypto.randomUUID(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    assert.deepEqual(crypto.getRandomValues(new Uint16Array(2)), new Uint16Array([65535, 65535]));
  } finally {
    for (const [name, descriptor] of saved) Object.defineProperty(globalThis, name, descriptor);
    Math.random = random;
  }
});

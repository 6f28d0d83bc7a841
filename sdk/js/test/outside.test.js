// What a plugin reaches outside itself, and who calls it.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Amount, Denied, Unavailable, choice, http, integer, settings, text } from "wheelhouse-sdk";
import { answerHttp, call as made, reset, sentHttp, setSettings } from "wheelhouse-sdk/testing";
import { declare } from "../src/host.js";
import { install } from "../src/guest/globals.js";
import { decode, encode } from "../src/guest/utf8.js";

beforeEach(() => {
  reset();
  declare(undefined);
});

test("requests are recorded and answered as set up", () => {
  const url = "https://api.example.com/x";
  answerHttp("POST", url, { status: 201, json: { ok: true }, headers: [["etag", "1"]] });
  const answer = http.post(url, { json: { a: 1 }, headers: { "x-key": "k" }, timeout: 2_500 });
  assert.deepEqual([answer.status, answer.json(), answer.findHeader("ETag")], [201, { ok: true }, "1"]);
  const [sent] = sentHttp();
  assert.deepEqual(
    [sent.method, new TextDecoder().decode(sent.body), sent.timeout, sent.headers],
    ["POST", '{"a":1}', 2_500, [["x-key", "k"], ["content-type", "application/json"]]],
  );
});

test("servers that are not set up, or give no JSON, are unavailable", () => {
  assert.throws(() => http.get("https://api.example.com/y"), Unavailable);
  answerHttp("GET", "https://api.example.com/x", { body: "<html>" });
  assert.throws(() => http.get("https://api.example.com/x").json(), Unavailable);
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
  assert.deepEqual([settings.find("more"), settings.find("none")], ["true", undefined]);
});

test("settings that do not fit are for the operator to mend", () => {
  setSettings({ days: "many" });
  assert.throws(() => settings.read(fields), (error) => error instanceof Unavailable && /`days`/.test(error.cause));
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
  for (const [value, minor] of [[85.5, 8_550], ["85.50", 8_550], [0.29, 29], [4.35, 435], [-3.07, -307], [1e12, 1e14]]) {
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
  for (const sample of ["", "Grüße", "漢字", "👩‍🚀", "a\ud800b", "\u0000"]) assert.deepEqual(encode(sample), encoder.encode(sample));
  // Every sequence of three bytes out of those that matter, and some of four.
  const bytes = [0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff];
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
    for (const [name] of saved) Object.defineProperty(globalThis, name, { value: undefined, writable: true, configurable: true });
    install({ stdout: {}, stderr: {}, random: { getRandomBytes: (length) => new Uint8Array(length).fill(255) } });
    assert.equal(crypto.randomUUID(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    assert.deepEqual(crypto.getRandomValues(new Uint16Array(2)), new Uint16Array([65535, 65535]));
  } finally {
    for (const [name, descriptor] of saved) Object.defineProperty(globalThis, name, descriptor);
    Math.random = random;
  }
});

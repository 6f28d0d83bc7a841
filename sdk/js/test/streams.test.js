// Speech engines and AI providers: pieces, and how they end.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Internal, Invalid, Unavailable, chatProvider, monoPcm, samples, speechEngine } from "wheelhouse-sdk";
import { complete, speak } from "wheelhouse-sdk/testing";

let closed = 0;
const clicker = speechEngine({ voices: [], format: () => monoPcm(8_000) }, async function* (call, { text }) {
  try {
    for (const word of text.split(" ").filter(Boolean)) {
      if (word === "break") throw new Unavailable("Broken.");
      if (word === "crash") throw new RangeError("secret");
      if (word === "text") yield "no bytes";
      yield word === "hush" ? new Uint8Array() : samples([1]);
    }
  } finally {
    closed += 1;
  }
});

test("audio and its end are collected", async () => {
  const before = closed;
  assert.deepEqual(await speak(clicker, "one two"), { audio: new Uint8Array([1, 0, 1, 0]), failure: undefined });
  assert.equal(closed, before + 1);
});

test("audio that breaks off is no success", async () => {
  const { audio, failure } = await speak(clicker, "one break two");
  assert.deepEqual([audio, failure.message], [new Uint8Array([1, 0]), "Broken."]);
});

test("silence is no success", async () => {
  for (const text of [" ", "hush hush"]) assert.ok((await speak(clicker, text)).failure instanceof Internal);
});

test("an engine that crashes has failed, and tells nothing", async () => {
  for (const text of ["one crash", "crash", "text"]) {
    const { failure } = await speak(clicker, text);
    assert.ok(failure instanceof Internal && !failure.message.includes("secret"));
  }
});

const provide = (...pieces) =>
  complete(
    chatProvider({ models: [{ id: "m", name: "M" }] }, async function* () {
      for (const piece of pieces) {
        if (piece instanceof Error) throw piece;
        yield piece;
      }
    }),
    "hello",
  );

test("an answer ends with its reason", async () => {
  assert.deepEqual((await provide("a", "", "b")).events, [{ text: "a" }, { text: "b" }, { finished: "stop" }]);
  const call = { toolCall: { id: "1", name: "greet", arguments: { name: "Ann" } } };
  const usage = { usage: { inputTokens: 1, outputTokens: 2 } };
  assert.deepEqual((await provide(call, usage)).events, [call, usage, { finished: "tool-calls" }]);
  assert.deepEqual((await provide("a", { finished: "length" }, "never")).events, [
    { text: "a" },
    { finished: "length" },
  ]);
});

test("an answer that breaks off has no reason", async () => {
  const { events, text, failure } = await provide("a", new Unavailable("Gone."));
  assert.deepEqual([events, text, failure.message], [[{ text: "a" }], "a", "Gone."]);
});

test("nothing is no answer", async () => {
  assert.ok((await provide()).failure instanceof Internal);
  assert.ok((await provide(new Invalid("No."))).failure instanceof Invalid);
  for (const odd of [7, null, {}, { finished: "bored" }, { toolCall: {} }]) {
    assert.ok((await provide(odd)).failure instanceof Internal, odd);
  }
});

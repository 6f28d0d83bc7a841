// The examples do what they say.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Invalid, Unavailable } from "wheelhouse-sdk";
import { callRoute, callTool, call as made, complete, reset, speak } from "wheelhouse-sdk/testing";
import { declare } from "../src/host.js";

import beep from "../examples/beep.js";
import greeter from "../examples/greeter.js";
import parrot from "../examples/parrot.js";

beforeEach(() => {
  reset();
  declare(greeter);
});

const [greetSomebody] = greeter.tools;
const [listGreetings] = greeter.routes;

test("the greeter counts for each user", async () => {
  assert.equal((await callTool(greetSomebody, { name: "Bob" })).text, "Hello Bob!");
  assert.equal((await callTool(greetSomebody, { name: "Bob" })).text, "Hello Bob, greeted 2 times by now!");
  const listing = (await callRoute(listGreetings)).json();
  assert.deepEqual(listing, { data: [{ name: "Bob", times: 2 }], has_more: false, next_cursor: null });
  assert.deepEqual((await callRoute(listGreetings, { as: made({ user: "bob" }) })).json().data, []);
});

test("the greeter wants a name", async () => {
  await assert.rejects(callTool(greetSomebody, { name: " " }), (error) => {
    assert.equal(error.fields[0].field, "name");
    return error instanceof Invalid;
  });
});

test("the beeper beeps and breaks", async () => {
  const { audio, failure } = await speak(beep.speech, "Hi there");
  assert.deepEqual([audio.length, failure], [2 * (2 + 5) * 960 + 2 * 1_600, undefined]);
  const broken = await speak(beep.speech, "Hi ✗");
  assert.ok(broken.audio.length > 0 && broken.failure instanceof Unavailable);
  const silent = await speak(beep.speech, "✗");
  assert.ok(silent.audio.length === 0 && silent.failure instanceof Unavailable);
  assert.ok((await speak(beep.speech, "Hi", { voice: "bass" })).failure instanceof Invalid);
});

test("the parrot repeats and asks for tools", async () => {
  assert.equal((await complete(parrot.chat, "polly wants")).text, "You said: polly wants");
  const { events } = await complete(parrot.chat, "use greet_somebody Bob");
  assert.deepEqual(events[0], { toolCall: { id: "call-1", name: "greet_somebody", arguments: { name: "Bob" } } });
  const told = [{ role: "tool", callId: "call-1", name: "greet", text: "Hello!", failed: false }];
  assert.equal((await complete(parrot.chat, told)).text, "greet says: Hello!");
  assert.ok((await complete(parrot.chat, "a ✗")).failure instanceof Unavailable);
});

// Tools and routes: what a host is told of them, and how they are called.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Internal, Invalid, NotFound, Response, integer, list, record, route, text, tool } from "wheelhouse-sdk";
import { callRoute, callTool, call as made, reset } from "wheelhouse-sdk/testing";

beforeEach(reset);

const greet = tool(
  {
    name: "greet",
    summary: "Greets somebody.",
    input: { name: text("Whom."), times: integer("How often.", { min: 1, default: 1 }) },
    output: integer("How long the name is."),
    sentences: ["greet {name}"],
    rest: ["POST", "/greetings", 201],
    readOnly: true,
  },
  (call, { name, times }) => ({ data: name.length, text: Array(times).fill(`Hello ${name}!`).join(" ") }),
);

test("a tool runs on arguments that fit", async () => {
  const outcome = await callTool(greet, { name: "Ann", times: 2 });
  assert.deepEqual(outcome, { data: 3, text: "Hello Ann! Hello Ann!", actions: [] });
  assert.ok(greet.idempotent);
});

test("arguments that do not fit never reach the function", async () => {
  const called = [];
  const note = tool({ name: "note", summary: "Notes.", input: { what: text() } }, (call, { what }) => {
    called.push(what);
    return "Noted.";
  });
  for (const input of [{}, { what: 3 }, { what: "x", more: 1 }]) await assert.rejects(callTool(note, input), Invalid);
  assert.deepEqual(called, []);
});

test("what is no object is refused", async () => {
  for (const json of ["[]", "3", "null", "{", "\0", '{"name": NaN}', '{"name": "\\ud800"}']) {
    await assert.rejects(greet.call(made(), json), Invalid, json);
  }
});

test("a tool may be async, and answer text alone and actions", async () => {
  const wave = tool({ name: "wave", summary: "Waves." }, async () => "Bye.");
  assert.deepEqual(await callTool(wave, {}), { data: undefined, text: "Bye.", actions: [] });
  const reload = tool({ name: "reload", summary: "Reloads." }, () => ({
    text: "There.",
    actions: [{ kind: "reload" }],
  }));
  assert.deepEqual((await callTool(reload, {})).actions, [{ kind: "reload" }]);
});

test("an answer that has no form in JSON is the plugin's fault", async () => {
  const circle = {};
  circle.self = circle;
  for (const answer of [
    undefined,
    7,
    {},
    { text: "x", data: NaN },
    { text: "x", data: 1n },
    { text: "x", data: circle },
  ]) {
    const broken = tool({ name: "broken", summary: "Breaks." }, () => answer);
    await assert.rejects(callTool(broken, {}), Internal);
  }
});

const changeThing = (method) =>
  route(
    {
      method,
      path: "/things/{id}",
      id: "change_thing",
      summary: "Changes a thing.",
      input: { id: integer("Which."), name: text("To what."), size: integer("", { optional: true }) },
      output: record("", { id: integer(), name: text(), size: integer("", { optional: true }) }),
    },
    (call, input) => input,
  );

test("fields of a PATCH come from path and body, those of a GET from path and query", async () => {
  const patched = await callRoute(changeThing("PATCH"), { path: { id: "7" }, json: { name: "x" } });
  assert.deepEqual([patched.status, patched.json()], [200, { id: 7, name: "x" }]);
  const got = await callRoute(changeThing("GET"), { path: { id: "7" }, query: { name: "a b", size: "3" } });
  assert.deepEqual(got.json(), { id: 7, name: "a b", size: 3 });
});

test("a field stands in one place only", async () => {
  for (const [method, id, query, json, field] of [
    ["PATCH", "7", {}, { name: "x", id: 8 }, "id"],
    ["PATCH", "7", { size: "3" }, { name: "x" }, "size"],
    ["PATCH", "seven", {}, { name: "x" }, "id"],
    ["PATCH", "7", {}, undefined, "name"],
    ["GET", "7", { id: "8", name: "x" }, undefined, "id"],
    ["GET", "7", { name: "x", colour: "red" }, undefined, "colour"],
  ]) {
    await assert.rejects(callRoute(changeThing(method), { path: { id }, query, json }), (error) => {
      assert.deepEqual(
        error.fields.map((one) => one.field),
        [field],
      );
      return error instanceof Invalid;
    });
  }
});

test("a route is described by its fields", () => {
  const patch = changeThing("PATCH");
  assert.deepEqual(
    patch.parameters().map(({ name, place }) => [name, place]),
    [["id", "path"]],
  );
  assert.deepEqual([Object.keys(patch.body().properties), patch.body().required], [["name", "size"], ["name"]]);
  const get = changeThing("GET");
  assert.deepEqual(
    get.parameters().map(({ name, place, field }) => [name, place, field.required]),
    [
      ["id", "path", true],
      ["name", "query", true],
      ["size", "query", false],
    ],
  );
  assert.equal(get.body(), undefined);
});

test("a list in a query is a name that comes more than once", async () => {
  const add = route(
    {
      method: "GET",
      path: "/sums",
      id: "add",
      summary: "Adds.",
      input: { number: list("", integer()) },
      output: integer(),
    },
    (call, { number }) => number.reduce((sum, one) => sum + one, 0),
  );
  assert.equal(
    (
      await callRoute(add, {
        query: [
          ["number", "1"],
          ["number", "2"],
        ],
      })
    ).json(),
    3,
  );
});

test("a route without an answer says so, and may not give one", async () => {
  const definition = {
    method: "DELETE",
    path: "/things/{id}",
    id: "forget",
    summary: "Forgets.",
    input: { id: integer() },
  };
  const response = await callRoute(
    route(definition, () => undefined),
    { path: { id: "7" } },
  );
  assert.deepEqual([response.status, response.body.length], [204, 0]);
  await assert.rejects(
    callRoute(
      route(definition, () => ({})),
      { path: { id: "7" } },
    ),
    Internal,
  );
});

test("a raw route has the request as it came", async () => {
  const shout = route(
    { method: "POST", path: "/shouts/{loudness}", id: "shout", summary: "Shouts.", raw: true },
    (call, request) => {
      if (request.findPath("loudness") !== "loud" || request.findHeader("X-Voice") !== "deep") {
        throw new NotFound("Nobody shouts like that.");
      }
      return new Response(200, { body: request.text().toUpperCase(), contentType: "text/plain" });
    },
  );
  const asked = { path: { loudness: "loud" }, headers: [["x-voice", "deep"]], query: { a: "1" }, body: "hey" };
  assert.equal((await callRoute(shout, asked)).text(), "HEY");
  assert.deepEqual(shout.body(), {});
});

test("mistakes are said when the module is loaded", () => {
  const run = () => "x";
  for (const [make, said] of [
    [() => tool({ name: "Greet", summary: "X." }, run), /snake_case/],
    [() => tool({ name: "greet" }, run), /needs a summary/],
    [() => tool({ name: "greet", summary: "X." }), /needs a function/],
    [() => tool({ name: "greet", summary: "X.", sentence: "x" }, run), /there is no `sentence`/],
    [() => tool({ name: "greet", summary: "X.", rest: ["GET", "/g/{id}", 200] }, run), /the path names `id`/],
    [() => tool({ name: "greet", summary: "X.", rest: ["FETCH", "/g", 200] }, run), /the method is one of/],
    [() => route({ method: "GET", path: "things", id: "x", summary: "X." }, run), /is no path/],
    [() => route({ method: "GET", path: "/things", summary: "X." }, run), /snake_case/],
    [
      () => route({ method: "GET", path: "/t", id: "x", summary: "X.", raw: true, input: { a: text() } }, run),
      /no input/,
    ],
  ]) {
    assert.throws(make, said);
  }
});

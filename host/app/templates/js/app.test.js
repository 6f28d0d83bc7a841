import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Invalid } from "wheelhouse-sdk";
import { callRoute, callTool, reset } from "wheelhouse-sdk/testing";

import { countTally, listTally } from "./app.js";

beforeEach(reset);

test("counts add up", async () => {
  await callTool(countTally, { what: "bears", count: 2 });
  assert.equal((await callTool(countTally, { what: "bears", count: 2 })).data, 4);
  assert.equal((await callRoute(listTally)).json().data.length, 2);
});

test("nothing is not counted", async () => {
  await assert.rejects(callTool(countTally, { what: "bears", count: 0 }), Invalid);
});

// From fields to JSON Schema, and from values to what fields say.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  Amount,
  Invalid,
  amount,
  anything,
  boolean,
  choice,
  date,
  dict,
  integer,
  list,
  number,
  record,
  text,
} from "wheelhouse-sdk";
import { Problems } from "../src/fields/base.js";

const input = record("", {
  amount: amount(),
  count: integer("", { min: 0 }),
  date: date("", { optional: true }),
  kind: choice("", ["gas", "rental_car"], { optional: true }),
  tags: list("", integer(), { default: [] }),
  place: record("", { city: text() }, { optional: true }),
});

function read(field, value) {
  const problems = new Problems();
  const result = field.read(value, "", problems);
  problems.check();
  return result;
}

function readText(field, ...texts) {
  const problems = new Problems();
  const result = field.readText(texts, "it", problems);
  problems.check();
  return result;
}

function refused(act) {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof Invalid, error);
    return [error.fields.map(({ field }) => field).join(" "), error.message];
  }
  return assert.fail("it was not refused");
}

test("every mistake names its field", () => {
  for (const [value, named, message] of [
    [{ count: 1 }, "amount", "`amount` is missing."],
    [
      { amount: 1, count: 1, colour: 2 },
      "colour",
      "`colour` is not a known field: it must be one of `amount`, `count`, `date`, `kind`, `tags`, `place`.",
    ],
    [JSON.parse('{"amount": 1, "count": 1, "__proto__": 2, "toString": 3}'), "__proto__ toString", undefined],
    [{ amount: "lots", count: 1 }, "amount", "`amount` must be an amount such as 12.50."],
    [{ amount: true, count: 1 }, "amount", "`amount` must be an amount such as 12.50."],
    [
      { amount: 1.005, count: 1 },
      "amount",
      "`amount` must be an amount with at most two decimal places, such as 12.50.",
    ],
    [{ amount: 1, count: "x" }, "count", '`count` must be a whole number, not "x".'],
    [{ amount: 1, count: true }, "count", "`count` must be a whole number, not true."],
    [{ amount: 1, count: 1.5 }, "count", "`count` must be a whole number, not 1.5."],
    [{ amount: 1, count: -1 }, "count", "`count` must be at least 0."],
    [{ amount: 1, count: null }, "count", "`count` must be a whole number, not null."],
    [{ amount: 1, count: 1, date: "soon" }, "date", '`date` must be a day such as 2026-11-22, not "soon".'],
    [{ amount: 1, count: 1, kind: "boat" }, "kind", '`kind` must be `gas` or `rental_car`, not "boat".'],
    [{ amount: 1, count: 1, tags: [1, "a"] }, "tags[1]", '`tags[1]` must be a whole number, not "a".'],
    [{ amount: 1, count: 1, place: {} }, "place.city", "`place.city` is missing."],
    [
      { amount: 1, count: 1, place: { city: "x", zip: 1 } },
      "place.zip",
      "`place.zip` is not a known field: it must be `city`.",
    ],
    [[], "", "The input must be an object, not a list."],
    [null, "", "The input must be an object, not null."],
  ]) {
    const [fields, said] = refused(() => read(input, value));
    assert.equal(fields, named);
    if (message !== undefined) assert.equal(said, message);
  }
});

test("all mistakes are said at once", () => {
  assert.deepEqual(
    refused(() => read(input, { count: "x", tags: {} })),
    [
      "count tags amount",
      '`count` must be a whole number, not "x". `tags` must be a list, not an object. `amount` is missing.',
    ],
  );
});

test("long input is not repeated whole", () => {
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`x${index}`.repeat(100), 1]));
  const [, message] = refused(() => read(input, { amount: 1, count: "é".repeat(10_000), ...many }));
  assert.ok(message.length < 5_000, message);
});

test("values have the types of their fields", () => {
  assert.deepEqual(
    read(input, { amount: 85.5, count: 3, date: "2026-11-22", kind: "rental_car", place: { city: "Moab" } }),
    {
      amount: new Amount(8550),
      count: 3,
      date: "2026-11-22",
      kind: "rental_car",
      place: { city: "Moab" },
      tags: [],
    },
  );
  assert.equal(read(input, { amount: 1, count: 1, kind: null }).kind, undefined);
  assert.deepEqual(read(dict("", number()), { x: 1.5 }), { x: 1.5 });
  assert.deepEqual(read(anything(), [1, null]), [1, null]);
});

test("texts of path and query become what the field wants", () => {
  assert.deepEqual(readText(amount(), "85.50"), new Amount(8550));
  assert.equal(readText(integer(), "1", "3"), 3);
  assert.equal(readText(number(), "-1.5e2"), -150);
  assert.equal(readText(boolean(), "true"), true);
  assert.equal(readText(date("", { optional: true }), "2026-11-22"), "2026-11-22");
  assert.deepEqual(readText(list("", integer()), "1", "2"), [1, 2]);
  assert.equal(readText(text(), "3"), "3");
});

test("a text that is no number names its field", () => {
  for (const [field, sent, message] of [
    [integer(), "many", '`it` must be a whole number, not "many".'],
    [integer(), "", '`it` must be a whole number, not "".'],
    [integer(), "0x10", '`it` must be a whole number, not "0x10".'],
    [integer(), "1.5", "`it` must be a whole number, not 1.5."],
    [number(), "NaN", '`it` must be a number, not "NaN".'],
    [number(), "1e999", '`it` must be a number, not "1e999".'],
    [boolean(), "1", '`it` must be true or false, not "1".'],
  ]) {
    assert.deepEqual(
      refused(() => readText(field, sent)),
      ["it", message],
    );
  }
});

test("days have one form", () => {
  for (const day of ["", "2026-13-01", "2026-02-29", "20261103", "2026-11-03T00:00", "2026-1-3"]) {
    refused(() => read(date(), day));
  }
});

test("bounds and patterns hold", () => {
  for (const [field, good, bad, message] of [
    [integer("", { min: 1, max: 3 }), 3, 4, "The input must be at most 3."],
    [text("", { min: 1 }), "a", "", "The input must have at least 1 characters."],
    [text("", { max: 2 }), "👍👍", "👍👍👍", "The input must have at most 2 characters."],
    [list("", integer(), { max: 1 }), [1], [1, 2], "The input must have at most 1 items."],
    [text("", { pattern: "^[a-z]+$" }), "abc", "ABC", "The input must have the form ^[a-z]+$."],
  ]) {
    assert.deepEqual(read(field, good), good);
    assert.deepEqual(
      refused(() => read(field, bad)),
      ["", message],
    );
  }
});

test("fields have schemas", () => {
  for (const [field, schema] of [
    [text("Who."), { type: "string", description: "Who." }],
    [integer("", { default: 3, min: 1 }), { type: "integer", minimum: 1, default: 3 }],
    [boolean("", { optional: true }), { type: ["boolean", "null"] }],
    [date(), { type: "string", format: "date" }],
    [amount(), { type: "number", format: "decimal" }],
    [anything(), {}],
    [choice("", ["a", "b"], { optional: true }), { type: ["string", "null"], enum: ["a", "b", null] }],
    [list("", text(), { min: 1 }), { type: "array", items: { type: "string" }, minItems: 1 }],
    [dict("", integer()), { type: "object", additionalProperties: { type: "integer" } }],
    [
      record("A pair.", { a: text(), b: text("", { optional: true }) }),
      {
        type: "object",
        properties: { a: { type: "string" }, b: { type: ["string", "null"] } },
        required: ["a"],
        additionalProperties: false,
        description: "A pair.",
      },
    ],
  ]) {
    assert.deepEqual(field.schema(), schema);
  }
});

test("mistakes in fields are said with what is right", () => {
  assert.throws(() => text("", { minimum: 3 }), /has no option `minimum`/);
  assert.throws(() => list("", "text"), /the items need a field/);
  assert.throws(() => record("", { a: "text" }), /`a` is no field/);
  assert.throws(() => choice("", []), /a choice is made of texts/);
  assert.throws(() => text("", { optional: true, default: "x" }), /optional already/);
});

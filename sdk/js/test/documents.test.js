// Documents, in the memory of the build machine.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Amount, Collection, Conflict, Denied, Internal, Invalid, NotFound, need, plugin, tool } from "wheelhouse-sdk";
import { actFor, reset } from "wheelhouse-sdk/testing";
import { declare } from "../src/host.js";

beforeEach(() => {
  reset();
  declare(undefined);
});

const stops = Collection.ofUser("stops");
const stop = (city, nights) => ({ place: { city }, nights });

test("a document is stored, read, replaced and deleted", () => {
  const document = stops.insert(stop("Moab", 2));
  assert.deepEqual([document.revision, stops.get(document.id)], [1, document]);
  document.body.nights = 3;
  const replaced = stops.replace(document);
  assert.deepEqual([replaced.revision, replaced.body.nights], [2, 3]);
  assert.throws(() => stops.replace(document), Conflict);
  assert.equal(stops.delete(document.id), true);
  assert.equal(stops.delete(document.id), false);
  assert.throws(() => stops.get(document.id), NotFound);
  assert.throws(() => stops.replace(document), NotFound);
});

test("an id is taken once", () => {
  const { document, isNew } = stops.insertOnce("x", stop("Moab", 2));
  assert.ok(isNew);
  assert.deepEqual(stops.insertOnce("x", stop("Moab", 5)), { document, isNew: false });
  assert.throws(() => stops.insert(stop("Moab", 2), "x"), Conflict);
  assert.throws(() => stops.insert(stop("Moab", 2), "é".repeat(65)), Invalid);
  assert.throws(() => stops.insert([1]), Invalid);
});

test("questions are answered in parts and figures", () => {
  for (const [city, nights] of [
    ["Moab", 2],
    ["Zion", 1],
    ["Moab", 4],
    ["Bend", 3],
  ])
    stops.insert(stop(city, nights));
  const nights = (page) => page.documents.map((document) => document.body.nights);
  const query = stops.query().atLeast("nights", 2).orderBy("place.city").orderBy("nights", { descending: true });
  const first = query.page(2);
  assert.deepEqual(nights(first), [3, 4]);
  const second = query.page(2, first.next);
  assert.deepEqual([nights(second), second.next], [[2], undefined]);
  assert.deepEqual(nights(stops.query().newestFirst().page(1)), [3]);
  assert.equal(stops.query().equal("place.city", "Moab").sum("nights"), 6);
  assert.equal(stops.query().equal("place.city", "Nome").sum("nights"), 0);
  assert.equal(stops.query().where("place.city", "contains", "O").count(), 3);
  assert.equal(stops.query().where("place.city", "!=", "Moab").count(), 2);
  assert.equal(stops.query().where("nights", "<", "3").count(), 0);
  assert.deepEqual(stops.query().aggregate("max", "nights", "place.city"), [
    { key: "Bend", value: 3, count: 1 },
    { key: "Moab", value: 4, count: 2 },
    { key: "Zion", value: 1, count: 1 },
  ]);
});

test("what is no question is refused", () => {
  assert.throws(() => stops.query().page(0), Invalid);
  assert.throws(() => stops.query().page(1, "of another list"), Invalid);
  assert.throws(() => stops.query().where("nights", "~", 1), /is no operator/);
  assert.throws(() => stops.query().equal("nights", {}), /are compared with/);
  assert.throws(() => Collection.ofUser("Stops!"), /is no name for a collection/);
});

test("users are kept apart and share what is shared", () => {
  const shared = Collection.shared("stops");
  stops.insert(stop("Moab", 2));
  shared.insert(stop("Zion", 1));
  actFor("bob");
  assert.deepEqual([stops.query().count(), shared.query().count()], [0, 1]);
  actFor(null);
  assert.throws(() => stops.query().count(), Denied);
  assert.equal(shared.query().count(), 1);
});

test("members with odd names are only members", () => {
  const { id } = stops.insert(JSON.parse('{"__proto__": {"city": "Moab"}, "constructor": 1}'));
  assert.deepEqual(Object.keys(stops.get(id).body), ["__proto__", "constructor"]);
  assert.equal(stops.query().equal("toString", null).count(), 1);
  assert.equal(stops.query().equal("__proto__.city", "Moab").count(), 1);
});

test("amounts are compared in hundredths", () => {
  stops.insert({ amount: Amount.parse("12.50").minor });
  assert.equal(stops.query().atLeast("amount", new Amount(1200)).sum("amount"), 1250);
});

test("documents that nobody asked for are not there", () => {
  const tools = [tool({ name: "x", summary: "X." }, () => "x")];
  plugin({ id: "x", version: "0.1.0", name: "X", summary: "X.", tools, needs: [need.http("To look.", "example.com")] });
  assert.throws(
    () => stops.query().count(),
    (error) => error instanceof Internal && /need\.documents/.test(error.cause),
  );
});

test("a page is a listing", () => {
  stops.insert(stop("Moab", 2));
  stops.insert(stop("Zion", 1));
  const listing = stops
    .query()
    .page(1)
    .listing((document) => document.body.place.city);
  assert.deepEqual([listing.data, listing.has_more], [["Moab"], true]);
  assert.equal(typeof listing.next_cursor, "string");
  assert.equal(stops.query().page(2).listing().next_cursor, null);
});

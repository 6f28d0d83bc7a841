// The document store of the build machine. It keeps the contract's promises, so that a test that passes here does not
// fail on a host.

import { Conflict, Denied, Invalid, NotFound } from "./failure.js";

/** The most groups of one figure. */
const MOST_GROUPS = 1_000;

/** Documents in memory. Those in user scope belong to `user`, and are denied for undefined. */
export class Memory {
  user = "ann";
  clock = 1_795_395_780_000;
  collections = new Map();

  #of(scope, collection) {
    if (scope === "user" && this.user === undefined) throw new Denied("Documents of a user need a user.");
    this.clock += 1;
    const key = JSON.stringify([scope === "user" ? this.user : null, collection]);
    if (!this.collections.has(key)) this.collections.set(key, new Map());
    return this.collections.get(key);
  }

  insert(scope, collection, id, body) {
    const documents = this.#of(scope, collection);
    checkBody(body);
    const chosen = id ?? `id-${this.clock}`;
    const bytes = new TextEncoder().encode(chosen).length;
    if (bytes < 1 || bytes > 128) throw new Invalid("The id of a document has 1 to 128 bytes.");
    if (documents.has(chosen)) throw new Conflict(`There is a document \`${chosen}\` already.`);
    documents.set(chosen, { id: chosen, revision: 1, body, created: this.clock, updated: this.clock });
    return documents.get(chosen);
  }

  get(scope, collection, id) {
    return this.#of(scope, collection).get(id);
  }

  replace(scope, collection, id, revision, body) {
    const documents = this.#of(scope, collection);
    checkBody(body);
    const known = documents.get(id);
    if (known === undefined) throw new NotFound(`There is no document \`${id}\`.`);
    if (known.revision !== revision) throw new Conflict(`The document \`${id}\` has changed.`);
    documents.set(id, { ...known, revision: revision + 1, body, updated: this.clock });
    return documents.get(id);
  }

  delete(scope, collection, id) {
    return this.#of(scope, collection).delete(id);
  }

  page(scope, collection, question, limit, cursor) {
    if (question.order.length > 4) throw new Invalid("A query has at most 4 orders.");
    const found = this.#found(scope, collection, question).sort((a, b) => inOrder(question.order, a, b));
    let start = 0;
    if (cursor !== undefined) {
      start = found.findIndex((document) => document.id === cursor) + 1;
      if (start === 0) throw new Invalid("The cursor is not one of this list.", "cursor");
    }
    const documents = found.slice(start, start + limit);
    return { documents, next: found.length > start + limit ? documents.at(-1).id : undefined };
  }

  aggregate(scope, collection, question, figure, field, groupBy) {
    if (field === undefined && figure !== "count") throw new Invalid("Only a count goes without a field.");
    const groups = new Map();
    const group = (key) => {
      const name = JSON.stringify(key);
      if (!groups.has(name)) groups.set(name, { key, numbers: [], count: 0 });
      return groups.get(name);
    };
    for (const document of this.#found(scope, collection, question)) {
      const number = field === undefined ? undefined : valueOf(document, field);
      if (field !== undefined && typeof number !== "number") continue;
      const found = group(groupBy === undefined ? null : valueOf(document, groupBy));
      found.numbers.push(number);
      found.count += 1;
    }
    if (groups.size === 0 && groupBy === undefined) group(null);
    if (groups.size > MOST_GROUPS) throw new Invalid("There are more than 1,000 groups.");
    return [...groups.values()]
      .sort((a, b) => compare(a.key, b.key))
      .map(({ key, numbers, count }) => ({ key, value: figureOf(figure, numbers, count), count }));
  }

  #found(scope, collection, question) {
    if (question.conditions.length > 16) throw new Invalid("A query has at most 16 conditions.");
    const documents = [...this.#of(scope, collection).values()];
    return documents.filter((document) => question.conditions.every((condition) => holds(document, condition)));
  }
}

function checkBody(body) {
  const value = body === undefined ? undefined : JSON.parse(body);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Invalid("The body of a document is a JSON object.");
  }
}

function valueOf(document, path) {
  if (path === "$created" || path === "$updated") return document[path.slice(1)];
  let value = JSON.parse(document.body);
  for (const name of path.split(".")) {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    value = isObject && Object.hasOwn(value, name) ? value[name] : null;
  }
  return ["boolean", "number", "string"].includes(typeof value) ? value : null;
}

/** Missing fields come first, then booleans, numbers, texts. */
const rank = (value) => (value === null ? 0 : ["boolean", "number", "string"].indexOf(typeof value) + 1);

function compare(a, b) {
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (typeof a === "string") return compareTexts(a, b);
  return a === null ? 0 : Number(a) - Number(b);
}

/** By characters, which is not how JavaScript compares those outside the first plane. */
function compareTexts(a, b) {
  const [left, right] = [a, b].map((text) => Array.from(text, (character) => character.codePointAt(0)));
  const at = left.findIndex((point, index) => point !== right[index]);
  return at === -1 ? left.length - right.length : left[at] - (right[at] ?? -1);
}

function inOrder(order, a, b) {
  for (const { field, descending } of order) {
    const compared = compare(valueOf(a, field), valueOf(b, field));
    if (compared !== 0) return descending ? -compared : compared;
  }
  return compareTexts(a.id, b.id);
}

function holds(document, { field, operator, value }) {
  const found = valueOf(document, field);
  const isEqual = rank(found) === rank(value) && compare(found, value) === 0;
  if (operator === "equal") return isEqual;
  if (operator === "not-equal") return !isEqual;
  if (value === null || rank(found) !== rank(value)) return false;
  const compared = compare(found, value);
  switch (operator) {
    case "less":
      return compared < 0;
    case "less-or-equal":
      return compared <= 0;
    case "greater":
      return compared > 0;
    case "greater-or-equal":
      return compared >= 0;
    default:
      return typeof found === "string" && lower(found).includes(lower(value));
  }
}

/** Without regard to the case of ASCII letters. */
const lower = (text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

function figureOf(figure, numbers, count) {
  if (figure === "count") return count;
  const sum = numbers.reduce((total, number) => total + number, 0);
  if (figure === "sum") return sum;
  if (numbers.length === 0) return null;
  if (figure === "avg") return sum / numbers.length;
  return figure === "min" ? Math.min(...numbers) : Math.max(...numbers);
}

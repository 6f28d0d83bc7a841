// Documents: JSON objects that the host keeps for the plugin.

import { Amount } from "./money.js";
import { Conflict, Internal, Invalid, NotFound } from "./failure.js";
import { documents } from "./host.js";
import { list, record } from "./fields/compound.js";
import { boolean, text } from "./fields/scalar.js";
import { write } from "./json.js";
import { Mistake } from "./mistake.js";

const OPERATORS = {
  "==": "equal",
  "!=": "not-equal",
  "<": "less",
  "<=": "less-or-equal",
  ">": "greater",
  ">=": "greater-or-equal",
  contains: "contains",
};
const FIGURES = ["count", "sum", "min", "max", "avg"];

/**
 * Documents of one kind. The name is 1 to 64 of `a-z`, `0-9`, `_`, `-`. A document is `{ id, revision, body, created,
 * updated }`: its body is an object, its times are milliseconds since 1970-01-01T00:00:00Z.
 *
 * Every method asks the host; each can fail with `Denied` where the operator has not granted documents, or where nobody
 * is signed in, and with `Unavailable` where the database does not answer.
 */
export class Collection {
  constructor(scope, name) {
    if (!/^[a-z0-9_-]{1,64}$/.test(name)) {
      throw new Mistake(`\`${name}\` is no name for a collection: 1 to 64 of a-z, 0-9, _ and -`);
    }
    this.scope = scope;
    this.name = name;
  }

  /** Documents of the user that the call is made for; the plugin cannot even name another's. */
  static ofUser(name) {
    return new Collection("user", name);
  }

  /** Documents of the plugin, the same for all users. */
  static shared(name) {
    return new Collection("shared", name);
  }

  /**
   * Stores a new document, under an id that sorts by time or under this one of 1 to 128 bytes: `Conflict` when it is
   * taken.
   */
  insert(body, id) {
    return read(documents().insert(this.scope, this.name, id, write(body, "A document")));
  }

  /**
   * Stores a new document under this id, or answers the one that is there: for calls that may be repeated, with the id
   * from `Call.once`. Answers `{ document, isNew }`.
   */
  insertOnce(id, body) {
    try {
      return { document: this.insert(body, id), isNew: true };
    } catch (error) {
      const document = error instanceof Conflict ? this.find(id) : undefined;
      if (document === undefined) throw error;
      return { document, isNew: false };
    }
  }

  /** The document with this id, or undefined. */
  find(id) {
    const found = documents().get(this.scope, this.name, id);
    return found === undefined ? undefined : read(found);
  }

  /** The document with this id; `NotFound` when there is none. */
  get(id) {
    const found = this.find(id);
    if (found === undefined) throw new NotFound("There is nothing with this id.");
    return found;
  }

  /**
   * Stores the document's body in place of the one that it was read with: `Conflict` when it has been replaced since,
   * `NotFound` when deleted.
   */
  replace({ id, revision, body }) {
    return read(documents().replace(this.scope, this.name, id, revision, write(body, "A document")));
  }

  /** Removes the document with this id; whether it was there. */
  delete(id) {
    return documents().delete(this.scope, this.name, id);
  }

  /** Begins a question about many documents. */
  query() {
    return new Query(this, { conditions: [], order: [] });
  }
}

/**
 * Which documents, and in what order: each method returns a new query. All conditions must hold. Fields are members of
 * the body or paths with dots: `place.city`.
 */
export class Query {
  constructor(collection, question) {
    this.collection = collection;
    this.question = question;
  }

  /**
   * The field compares so with the value: `==`, `!=`, `<`, `<=`, `>`, `>=` or `contains`. At most 16 conditions. Values
   * are texts, numbers, booleans and null; an `Amount` counts as what it is in documents, hundredths.
   */
  where(field, operator, value) {
    if (!Object.hasOwn(OPERATORS, operator)) {
      throw new Mistake(`\`${operator}\` is no operator: ${Object.keys(OPERATORS).join(", ")}`);
    }
    const condition = { field, operator: OPERATORS[operator], value: scalar(value) };
    return this.#with({ conditions: [...this.question.conditions, condition] });
  }

  /** The field has this value. */
  equal(field, value) {
    return this.where(field, "==", value);
  }

  /** The field has this value or a larger one. */
  atLeast(field, value) {
    return this.where(field, ">=", value);
  }

  /** The field has this value or a smaller one. */
  atMost(field, value) {
    return this.where(field, "<=", value);
  }

  /**
   * Sorts by this field; `$created` and `$updated` are the document's times. At most 4; ties are in the order of ids.
   */
  orderBy(field, { descending = false } = {}) {
    return this.#with({ order: [...this.question.order, { field, descending }] });
  }

  /** Sorts by time of insertion, the latest first. */
  newestFirst() {
    return this.orderBy("$created", { descending: true });
  }

  /** One part of the list: up to `limit` (1 to 500) documents behind `cursor`, which is `next` of the part before. */
  page(limit, cursor) {
    if (!Number.isInteger(limit) || limit < 1 || limit > 500)
      throw new Invalid("The limit must be from 1 to 500.", "limit");
    const { scope, name } = this.collection;
    const found = documents().page(scope, name, this.question, limit, cursor);
    return new Page(found.documents.map(read), found.next);
  }

  /** How many documents there are. */
  count() {
    return this.aggregate("count")[0]?.count ?? 0;
  }

  /** The sum of a field of whole numbers; 0 of nothing. `Internal` when there are numbers that are not whole. */
  sum(field) {
    const total = this.aggregate("sum", field)[0]?.value ?? 0;
    if (!Number.isSafeInteger(total)) throw new Internal("A sum of whole numbers is not whole, or too large.");
    return total;
  }

  /**
   * A figure (`count`, `sum`, `min`, `max`, `avg`) over a field for each value of another, in the order of these
   * values: `{ key, value, count }`. Only `count` goes without a field. `Invalid` for more than 1,000 groups.
   */
  aggregate(figure, field, groupBy) {
    if (!FIGURES.includes(figure)) throw new Mistake(`\`${figure}\` is no figure: ${FIGURES.join(", ")}`);
    const { scope, name } = this.collection;
    return documents().aggregate(scope, name, this.question, figure, field, groupBy);
  }

  #with(changes) {
    return new Query(this.collection, { ...this.question, ...changes });
  }
}

/** A part of a list: documents in the order of the query, and the cursor of the next page, undefined on the last. */
export class Page {
  constructor(found, next) {
    this.documents = found;
    this.next = next;
  }

  /** The page as a route's answer: what `view` makes of each document, or the bodies. See `listing` for its field. */
  listing(view = (document) => document.body) {
    return { data: this.documents.map(view), has_more: this.next !== undefined, next_cursor: this.next ?? null };
  }
}

/** The field of a part of a list, as routes answer it. */
export const listing = (item) =>
  record("A part of a list.", {
    data: list("The part.", item),
    has_more: boolean("Whether there is more behind it."),
    next_cursor: text("The `cursor` that leads to the next part.", { optional: true }),
  });

function scalar(value) {
  if (value instanceof Amount) return value.minor;
  if (value === undefined || value === null) return null;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "boolean") return value;
  if (typeof value === "string") return value.toWellFormed();
  throw new TypeError("documents are compared with texts, numbers, booleans and null");
}

function read({ id, revision, body, created, updated }) {
  return { id, revision, body: JSON.parse(body), created, updated };
}

import type { Listing } from "./fields.js";
import type { Amount } from "./money.js";

/** What documents have in their fields, as far as conditions and groups go. */
export type Scalar = null | boolean | number | string;

export interface Document<T> {
  id: string;
  /** 1 after insert, one more after each replace. */
  revision: number;
  body: T;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  created: number;
  updated: number;
}

export interface Group {
  key: Scalar;
  value: Scalar;
  count: number;
}

export class Collection<T = any> {
  static ofUser<T = any>(name: string): Collection<T>;
  static shared<T = any>(name: string): Collection<T>;
  insert(body: T, id?: string): Document<T>;
  insertOnce(id: string, body: T): { document: Document<T>; isNew: boolean };
  find(id: string): Document<T> | undefined;
  get(id: string): Document<T>;
  replace(document: Document<T>): Document<T>;
  delete(id: string): boolean;
  query(): Query<T>;
}

export class Query<T> {
  where(field: string, operator: "==" | "!=" | "<" | "<=" | ">" | ">=" | "contains", value: Scalar | Amount): Query<T>;
  equal(field: string, value: Scalar | Amount): Query<T>;
  atLeast(field: string, value: Scalar | Amount): Query<T>;
  atMost(field: string, value: Scalar | Amount): Query<T>;
  orderBy(field: string, options?: { descending?: boolean }): Query<T>;
  newestFirst(): Query<T>;
  page(limit: number, cursor?: string): Page<T>;
  count(): number;
  sum(field: string): number;
  aggregate(figure: "count" | "sum" | "min" | "max" | "avg", field?: string, groupBy?: string): Group[];
}

export class Page<T> {
  readonly documents: Document<T>[];
  readonly next?: string;
  listing(): Listing<T>;
  listing<V>(view: (document: Document<T>) => V): Listing<V>;
}

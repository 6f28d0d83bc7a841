import type { Amount } from "./money.js";

/** A field of an input, or of an answer: it knows its JSON Schema and reads values of type `T`. */
export abstract class Field<T = unknown, Optional extends boolean = boolean> {
  private readonly value: T;
  private readonly isOptional: Optional;
  readonly summary: string;
  /** The JSON Schema. */
  schema(): Record<string, unknown>;
}

/**
 * What a field may be told besides its own options. An optional field may be left out or null; a default stands for
 * what is left out.
 */
type Left<T, Own> = Own & ({ optional?: false; default?: T } | { optional: true; default?: undefined });
type Maybe<Options> = Options extends { optional: true } ? true : false;
type Bounds = { min?: number; max?: number };

export function text<const O extends Left<string, Bounds & { pattern?: string }> = {}>(
  summary?: string,
  options?: O,
): Field<string, Maybe<O>>;
export function integer<const O extends Left<number, Bounds> = {}>(
  summary?: string,
  options?: O,
): Field<number, Maybe<O>>;
export function number<const O extends Left<number, Bounds> = {}>(
  summary?: string,
  options?: O,
): Field<number, Maybe<O>>;
export function boolean<const O extends Left<boolean, {}> = {}>(
  summary?: string,
  options?: O,
): Field<boolean, Maybe<O>>;
/** A day as text: `2026-11-22`. */
export function date<const O extends Left<string, {}> = {}>(summary?: string, options?: O): Field<string, Maybe<O>>;
export function amount<const O extends Left<number, {}> = {}>(summary?: string, options?: O): Field<Amount, Maybe<O>>;
export function choice<const C extends string, const O extends Left<C, {}> = {}>(
  summary: string,
  choices: readonly C[],
  options?: O,
): Field<C, Maybe<O>>;
export function anything<const O extends Left<unknown, {}> = {}>(
  summary?: string,
  options?: O,
): Field<unknown, Maybe<O>>;
export function list<T, const O extends Left<readonly T[], Bounds> = {}>(
  summary: string,
  item: Field<T>,
  options?: O,
): Field<T[], Maybe<O>>;
export function dict<T, const O extends Left<Readonly<Record<string, T>>, {}> = {}>(
  summary: string,
  item: Field<T>,
  options?: O,
): Field<Record<string, T>, Maybe<O>>;
export function record<F extends Fields, const O extends Left<unknown, {}> = {}>(
  summary: string,
  fields: F,
  options?: O,
): Field<Values<F>, Maybe<O>>;
export function listing<T>(item: Field<T>): Field<Listing<T>, false>;

/** Fields by their names. */
export type Fields = Record<string, Field>;

/** The value that a field reads. */
export type ValueOf<F> = F extends Field<infer T, infer Optional> ? (Optional extends true ? T | undefined : T) : never;

/** The values that fields read. */
export type Values<F extends Fields> = { [K in keyof F]: ValueOf<F[K]> };

/** What may be answered for a field: an optional one may also be null or left out. */
export type Answer<F> =
  F extends Field<infer T, infer Optional> ? (Optional extends true ? T | null | undefined : T) : undefined;

/** A part of a list, as routes answer it. */
export interface Listing<T> {
  data: T[];
  has_more: boolean;
  next_cursor: string | null;
}

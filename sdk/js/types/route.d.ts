import type { Call } from "./call.js";
import type { Answer, Field, Fields, Values } from "./fields.js";
import type { Method } from "./tool.js";

/** A request as it came. Pairs of names and values are decoded; headers come without authorization and cookies. */
export class Request {
  readonly path: [string, string][];
  readonly query: [string, string][];
  readonly headers: [string, string][];
  readonly body: Uint8Array;
  findPath(name: string): string | undefined;
  findQuery(name: string): string | undefined;
  findHeader(name: string): string | undefined;
  text(): string;
}

/** An answer as it goes out. */
export class Response {
  constructor(
    status: number,
    options?: { body?: string | Uint8Array; contentType?: string; headers?: [string, string][] },
  );
  readonly status: number;
  readonly body: Uint8Array;
  readonly contentType?: string;
  readonly headers: [string, string][];
  text(): string;
  json(): any;
}

export interface RouteDefinition<I extends Fields, O extends Field | undefined, Raw extends boolean> {
  method: Method;
  /** Below `/api/v1`: `/greetings/{id}`. */
  path: string;
  /** snake_case, unique in the plugin; the operation id in OpenAPI. */
  id: string;
  summary: string;
  /** Fields that stand in the path come from there, the others from the query (GET, DELETE) or the JSON body. */
  input?: I;
  /** The answer's JSON; 204 without one. */
  output?: O;
  /** Another status for a success. */
  status?: number;
  /** Answers callers that are not signed in, too. */
  public?: boolean;
  /** Takes the request and gives a response as they are. */
  raw?: Raw;
}

export class Route {
  readonly id: string;
  readonly summary: string;
}

export function route<I extends Fields = {}, O extends Field | undefined = undefined, Raw extends boolean = false>(
  definition: RouteDefinition<I, O, Raw>,
  run: (
    call: Call,
    input: Raw extends true ? Request : Values<I>,
  ) => Response | Answer<O> | void | Promise<Response | Answer<O> | void>,
): Route;

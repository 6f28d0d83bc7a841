import type { Call } from "./call.js";
import type { Answer, Field, Fields, Values } from "./fields.js";

/** Something for the client's screen, such as `{ kind: "reload_expenses" }`. */
export interface UiAction {
  kind: string;
  entityId?: string;
  entityType?: string;
  entityTitle?: string;
  metadata?: unknown;
}

/**
 * What came of a tool call: data for programs, a sentence that a person likes to hear spoken, and things for the
 * client's screen.
 */
export interface Outcome<T> {
  data?: T;
  text: string;
  actions?: UiAction[];
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface ToolDefinition<I extends Fields, O extends Field | undefined> {
  /** snake_case, unique in a host. */
  name: string;
  /** What it does and when to use it: read by models and by people. */
  summary: string;
  /** The arguments. */
  input?: I;
  /** The outcome's data. */
  output?: O;
  /** Sentences that mean this tool: `(greet|say hello to) {name}`. */
  sentences?: readonly string[];
  /** The same as a route below `/api/v1`: method, path, and the status of a success. */
  rest?: readonly [Method, string, number];
  /** It changes nothing. */
  readOnly?: boolean;
  /** It may destroy or overwrite something. */
  destructive?: boolean;
  /** Called twice with the same arguments, it does no more than once. */
  idempotent?: boolean;
  /** It reaches things outside the host. */
  openWorld?: boolean;
  /** It runs only after the user has confirmed exactly this call. */
  needsConfirmation?: boolean;
}

export class Tool {
  readonly name: string;
  readonly summary: string;
}

export function tool<I extends Fields = {}, O extends Field | undefined = undefined>(
  definition: ToolDefinition<I, O>,
  run: (call: Call, input: Values<I>) => string | Outcome<Answer<O>> | Promise<string | Outcome<Answer<O>>>,
): Tool;

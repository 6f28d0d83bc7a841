import type { Call } from "./call.js";

export interface Model {
  id: string;
  name: string;
  /** Tokens that fit into a request and its answer together. */
  contextWindow?: number;
}

export interface ToolCall {
  id: string;
  name: string;
  arguments: Record<string, unknown>;
}

export type Message =
  | { role: "system" | "user"; text: string }
  | { role: "assistant"; text: string; toolCalls: ToolCall[] }
  | { role: "tool"; callId: string; name: string; text: string; failed: boolean };

export interface ChatRequest {
  /** Oldest first. */
  messages: Message[];
  /** What may be asked for; `inputSchema` is JSON. */
  tools: { name: string; summary: string; inputSchema: string; sentences: string[] }[];
  model?: string;
  maxOutputTokens?: number;
  temperature?: number;
}

export type FinishReason = "stop" | "tool-calls" | "length" | "refused";

/** A piece of an answer as a provider yields it. */
export type Piece =
  | string
  | { toolCall: ToolCall }
  | { usage: { inputTokens: number; outputTokens: number } }
  | { finished: FinishReason };

export class ChatProvider {
  private readonly complete: unknown;
}

export function chatProvider(
  definition: { models: Model[] | ((call: Call) => Model[] | Promise<Model[]>) },
  complete: (call: Call, request: ChatRequest) => AsyncGenerator<Piece, void, void>,
): ChatProvider;
export function lastUserText(request: ChatRequest): string;

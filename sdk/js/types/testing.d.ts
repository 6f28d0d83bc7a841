import type {
  Call,
  ChatProvider,
  ChatRequest,
  Failure,
  HttpResponse,
  Message,
  Outcome,
  Piece,
  Response,
  Route,
  SpeechEngine,
  Tool,
  UiAction,
} from "./index.js";

export function reset(): void;
export function call(changes?: Partial<Omit<Call, "user">> & { user?: string | null }): Call;
export function actFor(user: string | null): void;
export interface SentHttp {
  method: string;
  url: string;
  headers: [string, string][];
  body?: Uint8Array;
  timeout?: number;
}
export function answerHttp(answer: (request: SentHttp) => HttpResponse): void;
export function httpResponse(
  status?: number,
  answer?: { json?: unknown; body?: string | Uint8Array; headers?: Record<string, string> },
): HttpResponse;
export function sentHttp(): SentHttp[];
export function setSettings(values: Record<string, unknown>): void;
export function callTool(
  tool: Tool,
  input: Record<string, unknown>,
  as?: Call,
): Promise<Outcome<any> & { actions: UiAction[] }>;
export function callRoute(
  route: Route,
  request?: {
    path?: Record<string, string> | [string, string][];
    query?: Record<string, string> | [string, string][];
    headers?: [string, string][];
    json?: unknown;
    body?: string | Uint8Array;
    as?: Call;
  },
): Promise<Response>;
export function speak(
  engine: SpeechEngine,
  text: string,
  utterance?: { as?: Call; voice?: string; language?: string; speed?: number },
): Promise<{ audio: Uint8Array; failure?: Failure }>;
export function complete(
  provider: ChatProvider,
  said: string | Message[],
  request?: { as?: Call } & Partial<ChatRequest>,
): Promise<{ events: (Exclude<Piece, string> | { text: string })[]; text: string; failure?: Failure }>;

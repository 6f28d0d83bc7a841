import type { Fields, Values } from "./fields.js";

export interface HttpOptions {
  headers?: Record<string, string> | [string, string][];
  /** A body that is written as JSON. */
  json?: unknown;
  body?: string | Uint8Array;
  /** Milliseconds to the last byte of the answer. */
  timeout?: number;
}

export class HttpResponse {
  readonly status: number;
  readonly headers: [string, string][];
  readonly body: Uint8Array;
  findHeader(name: string): string | undefined;
  text(): string;
  json(): any;
}

export const http: {
  send(method: string, url: string, options?: HttpOptions): HttpResponse;
  get(url: string, options?: HttpOptions): HttpResponse;
  post(url: string, options?: HttpOptions): HttpResponse;
};

export const settings: {
  find(key: string): string | undefined;
  read<F extends Fields>(fields: F): Values<F>;
};

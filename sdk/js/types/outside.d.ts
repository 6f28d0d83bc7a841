import type { Fields, Values } from "./fields.js";

export interface HttpOptions {
  /** Added to the URL, encoded as it has to be. */
  query?: Record<string, string | number | boolean>;
  headers?: Record<string, string>;
  /** A token for `Authorization`. */
  bearer?: string;
  /** A body that is written as JSON. */
  json?: unknown;
  body?: string | Uint8Array;
  /** Milliseconds to the last byte of the answer. */
  timeout?: number;
}

export class HttpResponse {
  constructor(response: { status: number; headers?: [string, string][]; body?: Uint8Array });
  readonly status: number;
  readonly headers: [string, string][];
  readonly body: Uint8Array;
  readonly isSuccess: boolean;
  /** The response, if its status is one of success; a failure otherwise. */
  success(): HttpResponse;
  findHeader(name: string): string | undefined;
  text(): string;
  json(): any;
}

export const http: {
  send(method: string, url: string, options?: HttpOptions): HttpResponse;
  get(url: string, options?: HttpOptions): HttpResponse;
  post(url: string, options?: HttpOptions): HttpResponse;
  put(url: string, options?: HttpOptions): HttpResponse;
  patch(url: string, options?: HttpOptions): HttpResponse;
  delete(url: string, options?: HttpOptions): HttpResponse;
};

export const settings: {
  get(key: string): string | undefined;
  read<F extends Fields>(fields: F): Values<F>;
};

export interface User {
  /** Stable for the life of the account. */
  id: string;
  email?: string;
  name?: string;
}

/** What the host knows of the running call. */
export class Call {
  /** Identifies the request in logs and in every error that a client reads. */
  readonly requestId: string;
  /** The user that the call is made for; undefined for a call that no user made. */
  readonly user?: User;
  /** BCP 47 language tag, such as `en-US`. */
  readonly locale: string;
  /** IANA time zone of the user, such as `America/Denver`. */
  readonly timeZone: string;
  /** When the host received the request, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly received: number;
  /** The same instant on the user's wall clock: `2026-11-22T18:03:00-07:00`. */
  readonly localTime: string;
  /** Where the user says that they are, in WGS 84 degrees. */
  readonly location?: { latitude: number; longitude: number };
  /** The conversation that the call belongs to, when an assistant makes it. */
  readonly conversation?: string;
  /** Milliseconds that are left for an answer, counted from the start of this call. */
  readonly timeLeft: number;
  /** The user that the call is made for; `Denied` for a call that no user made. */
  getUser(): User;
  /** The user's wall clock: `2026-11-22T18:03:00`. */
  now(): string;
  /** The day that it is where the user is: `2026-11-22`. */
  today(): string;
  /** An id for a document that this call makes: the same when the call is repeated, for `Collection.insertOnce`. */
  once(purpose: string, content: unknown): string;
}

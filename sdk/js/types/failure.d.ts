export class Failure extends Error {
  constructor(message: string, options?: { cause?: unknown });
}
export class Invalid extends Failure {
  constructor(message: string, fields?: string | { field: string; message: string }[]);
  readonly fields: { field: string; message: string }[];
}
export class Denied extends Failure {}
export class NotFound extends Failure {}
export class Conflict extends Failure {}
export class RateLimited extends Failure {
  constructor(message: string, retryAfter?: number);
  readonly retryAfter?: number;
}
export class QuotaExceeded extends Failure {}
export class Unavailable extends Failure {}
export class Internal extends Failure {}

// Why a call failed: errors that say whose turn it is.

/**
 * What every failure of the contract is. Throw one of the classes below; the message is shown to the caller, so it
 * tells no secrets and no inner workings. An error of any other kind becomes `Internal`, and its stack goes to the
 * host's log.
 */
export class Failure extends Error {
  /**
   * @param {string} message A sentence for the caller.
   * @param {{ cause?: unknown }} [options] A cause is for the log alone.
   */
  constructor(message, options) {
    super(message, options);
    this.name = new.target.name;
  }
}

/**
 * The input is wrong. The message is a sentence for the person who sent it, and says what would be right. Counts
 * against nobody but the caller.
 */
export class Invalid extends Failure {
  /**
   * @param {string} message
   * @param {string | { field: string, message: string }[]} [fields] The one at fault, or several.
   */
  constructor(message, fields = []) {
    super(message);
    this.fields = typeof fields === "string" ? [{ field: fields, message }] : fields;
  }
}

/** The caller, or the plugin itself, may not do this. */
export class Denied extends Failure {}

/** What was asked for does not exist. */
export class NotFound extends Failure {}

/** What was asked for has changed, or exists already. */
export class Conflict extends Failure {}

/** Too many calls for now; another try may succeed after `retryAfter` seconds, if that is known. */
export class RateLimited extends Failure {
  /** @param {string} message @param {number} [retryAfter] */
  constructor(message, retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

/** No more calls on this account until somebody acts. */
export class QuotaExceeded extends Failure {}

/** It does not work for now; another try later may. */
export class Unavailable extends Failure {}

/** A fault inside the plugin. */
export class Internal extends Failure {}

/** The failure that an error is. What the caller may not read goes to the log. */
export function failureOf(error) {
  if (error instanceof Failure) {
    if (error.cause !== undefined) console.error(described(error.cause));
    return error;
  }
  console.error(described(error));
  return new Internal("Something went wrong inside the plugin.");
}

function described(error) {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? "";
  // Some engines have the message in the stack, some have not.
  return stack.includes(error.message) ? stack : `${error.name}: ${error.message}\n${stack}`;
}

// Money without floats.

/** The largest amount that is read, in hundredths: beyond it a JSON number is no longer exact to two places. */
const LARGEST = 100_000_000_000_000;

const NO_AMOUNT = "must be an amount such as 12.50";
const TOO_PRECISE = "must be an amount with at most two decimal places, such as 12.50";
const TOO_LARGE = "must be an amount of at most 1000000000000";

/**
 * An amount in hundredths of a currency's unit: `new Amount(8550)` is 85.50. In JSON and in routes it is a decimal
 * number of at most two places, such as `85.5`; a text of that form is read as well. Amounts over a million million are
 * refused. `minor` is what belongs into documents.
 */
export class Amount {
  /** @param {number} minor */
  constructor(minor) {
    if (!Number.isSafeInteger(minor)) throw new TypeError("an amount is a whole number of hundredths");
    this.minor = minor;
    Object.freeze(this);
  }

  /** Reads an amount exactly. Throws a `RangeError` with the end of a sentence: `must be an amount such as 12.50`. */
  static parse(value) {
    if (typeof value !== "string" && typeof value !== "number") throw new RangeError(NO_AMOUNT);
    // The shortest decimal that means a float is the one that was sent.
    const text = String(value);
    if (typeof value === "number" && text.includes("e"))
      throw new RangeError(Math.abs(value) > 1 ? TOO_LARGE : TOO_PRECISE);
    const found = /^(-?)([0-9]+)(?:\.([0-9]+))?$/.exec(text);
    if (found === null) throw new RangeError(NO_AMOUNT);
    const [, sign, whole, places = ""] = found;
    if (/[1-9]/.test(places.slice(2))) throw new RangeError(TOO_PRECISE);
    if (whole.replace(/^0+/, "").length > 13) throw new RangeError(TOO_LARGE);
    const minor = Number(whole) * 100 + Number(places.slice(0, 2).padEnd(2, "0"));
    if (minor > LARGEST) throw new RangeError(TOO_LARGE);
    return new Amount(sign && minor > 0 ? -minor : minor);
  }

  /** The sum of both. */
  plus(other) {
    return new Amount(this.minor + other.minor);
  }

  /** What is left without the other. */
  minus(other) {
    return new Amount(this.minor - other.minor);
  }

  /** The JSON number that means this amount. */
  toJSON() {
    return this.minor / 100;
  }

  /** Always with two places: `85.50`. */
  toString() {
    const minor = Math.abs(this.minor);
    return `${this.minor < 0 ? "-" : ""}${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, "0")}`;
  }
}

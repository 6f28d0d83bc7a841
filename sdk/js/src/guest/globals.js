// What programs expect of an engine and the component's has not: installed before the author's module runs.

import { decode, encode } from "./utf8.js";

/** The most bytes that a stream takes at once. */
const PIECE = 4096;

/**
 * Installs `console`, `TextEncoder`, `TextDecoder`, `crypto`, and a `Math.random` that is another in every instance.
 */
export function install({ stdout, stderr, random }) {
  const log =
    (open) =>
    (...values) => {
      const bytes = encode(`${values.map(shown).join(" ")}\n`);
      // While the component is built there is nobody to read it.
      if (building) return;
      for (let start = 0; start < bytes.length; start += PIECE) {
        open().blockingWriteAndFlush(bytes.subarray(start, start + PIECE));
      }
    };
  const [out, err] = [log(stdout.getStdout), log(stderr.getStderr)];
  globalThis.console = { log: out, info: out, debug: out, warn: err, error: err, trace: err };
  globalThis.TextEncoder = class TextEncoder {
    encoding = "utf-8";
    encode = (text = "") => encode(String(text));
  };
  globalThis.TextDecoder = class TextDecoder {
    constructor(label = "utf-8") {
      if (!/^utf-?8$/i.test(label)) throw new RangeError(`there is no decoder for ${label} here, only utf-8`);
    }
    encoding = "utf-8";
    decode = (bytes = new Uint8Array()) =>
      decode(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes.buffer ?? bytes));
  };
  globalThis.crypto = {
    getRandomValues(into) {
      const bytes = random.getRandomBytes(into.byteLength);
      new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(bytes);
      return into;
    },
    randomUUID() {
      const bytes = this.getRandomValues(new Uint8Array(16));
      bytes[6] = (bytes[6] & 0x0f) | 0x40;
      bytes[8] = (bytes[8] & 0x3f) | 0x80;
      const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    },
  };
  // The engine's own generator has been seeded when the component was built: every instance would draw the same
  // numbers.
  const built = Math.random;
  let state;
  Math.random = () => {
    if (building) return built();
    state ??= new Uint32Array(new Uint8Array(random.getRandomBytes(16)).buffer);
    return xoshiro(state);
  };
}

let building = true;

/** Called when the component is built: from here on calls are answered. */
export function built() {
  building = false;
}

/** xoshiro128**, the upper 53 of 64 bits. */
function xoshiro(state) {
  const next = () => {
    const result = Math.imul(rotate(Math.imul(state[1], 5), 7), 9) >>> 0;
    const shifted = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate(state[3], 11);
    return result;
  };
  return ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;
}

const rotate = (word, by) => (word << by) | (word >>> (32 - by));

function shown(value) {
  if (typeof value === "string") return value;
  if (value instanceof Error)
    return value.stack?.includes(value.message) ? value.stack : `${value}\n${value.stack ?? ""}`;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

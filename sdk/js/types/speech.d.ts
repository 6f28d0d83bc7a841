import type { Call } from "./call.js";

export interface Voice {
  /** Unique in the engine. */
  id: string;
  /** For people. */
  name: string;
  /** BCP 47 tag, such as `en-US`. */
  language: string;
  gender?: "female" | "male" | "neutral";
  summary?: string;
}

export interface Format {
  encoding: "pcm-s16le" | "mp3" | "opus" | "flac" | "aac";
  /** Samples a second and channel. */
  sampleRate: number;
  channels?: number;
}

export interface Utterance {
  /** Plain text, never empty. */
  text: string;
  /** A voice of this engine; undefined for the engine's own choice. */
  voice?: string;
  language?: string;
  /** 1.0 is the voice's own pace; 0.25 to 4.0. */
  speed: number;
}

export class SpeechEngine {
  private readonly speak: unknown;
}

export function speechEngine(
  definition: {
    voices: Voice[] | ((call: Call) => Voice[] | Promise<Voice[]>);
    format: Format | ((utterance: Utterance) => Format | Promise<Format>);
  },
  speak: (call: Call, utterance: Utterance) => AsyncGenerator<Uint8Array, void, void>,
): SpeechEngine;
export function monoPcm(sampleRate: number): Format;
export function samples(values: Iterable<number>): Uint8Array;

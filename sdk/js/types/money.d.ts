/** An amount in hundredths of a currency's unit. */
export class Amount {
  constructor(minor: number);
  /** In hundredths: what belongs into documents. */
  readonly minor: number;
  static parse(value: string | number): Amount;
  plus(other: Amount): Amount;
  minus(other: Amount): Amount;
  toJSON(): number;
  toString(): string;
}

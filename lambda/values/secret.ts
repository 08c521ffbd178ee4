import { hash } from 'node:crypto';

const hidden = '[secret]';
/** As `util.inspect.custom`, whose module each cold start would load. */
const inspection = Symbol.for('nodejs.util.inspect.custom');

/**
 * Text that must not be printed: a client secret, token, code or assertion. A template, JSON, an inspection and an
 * error all show `[secret]`. Only `reveal()` returns the text, so a search for `reveal` finds every place that sends a
 * secret on.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  /** SHA-256 in hex. Of a token it may be recorded: nobody can guess 256 random bits from their hash. */
  sha256(): string {
    return hash('sha256', this.#text);
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [inspection](): string {
    return hidden;
  }
}

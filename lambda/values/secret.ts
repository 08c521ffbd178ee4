import { hash } from 'node:crypto';
import { inspect } from 'node:util';

const hidden = '[secret]';

/**
 * Text that must not be printed: a client secret, token, code or assertion. However it is turned into text
 * (template, JSON, inspection, error) it shows `[secret]`; only `reveal()` gives it away, so a search for that
 * word finds every place where a secret leaves us.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  /** SHA-256 in hex: what may be recorded of a token, whose 256 random bits cannot be guessed from it. */
  sha256(): string {
    return hash('sha256', this.#text);
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [inspect.custom](): string {
    return hidden;
  }
}

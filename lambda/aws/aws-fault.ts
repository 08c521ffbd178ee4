/**
 * What went wrong with a call to AWS. The name is the service's own, or says why there is no answer. The message is the
 * service's, and empty where the service said nothing: it never quotes what was sent or received.
 */
export class AwsFault extends Error {
  constructor(name: string, message = '') {
    super(message);
    this.name = name;
  }
}

/** The name where a response came that is too large, or not the protocol's. Another attempt would bring the same. */
export const unreadable = 'UnreadableResponse';

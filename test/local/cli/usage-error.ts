/** A mistake on the command line, or between files. The message is for the user to read as it is. */
export class UsageError extends Error {
  override name = 'UsageError';
}

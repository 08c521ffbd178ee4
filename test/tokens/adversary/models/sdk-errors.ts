/** An SDK command as its client's `send` takes it. */
export type SdkCommand = { constructor: { name: string }; input: object };

export type SendOptions = { abortSignal?: AbortSignal };

type ServiceException = new (said: {
  name: string;
  message: string;
  $fault: 'client' | 'server';
  $metadata: object;
}) => Error;

/** As the SDK rejects: with the service's own exception, or with the system's error. */
export function awsFault(Exception: ServiceException, name: string): Error {
  if (name !== 'TimeoutError' && name !== 'ECONNRESET')
    return new Exception({ name, message: `${name}, says the model`, $fault: 'server', $metadata: {} });
  const error = new Error(`${name}, says the model`);
  return Object.assign(error, name === 'TimeoutError' ? { name } : { code: name });
}

export function abortedError(): Error {
  return Object.assign(new Error('Request aborted'), { name: 'AbortError' });
}

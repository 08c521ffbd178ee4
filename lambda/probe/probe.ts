import type { Prober } from '../policy/policy.ts';

/** Sends one token request to the service, signed, through its public URL. Rejects where there is no answer. */
export type SendRequest = (
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
) => Promise<ProbeAnswer>;

export type ProbeAnswer = { status: number; body: Readonly<Record<string, unknown>> };

/** What a probe asks for: a token that is kept warm, or a scope that no grant gives the prober. */
export type ProbeKind = 'vend' | 'refusal';

/** `unanswered`: the answer proves nothing, because the service or what stands before it was busy or down. */
export type ProbeVerdict = 'right' | 'wrong' | 'unanswered';

/** What may be recorded of a probe. A token has no field here. */
export type ProbeResult = {
  probe: ProbeKind;
  verdict: ProbeVerdict;
  status?: number | undefined;
  error?: string | undefined;
  /** API Gateway's id of the request. */
  requestId?: string | undefined;
};

/** The two requests, each of which must get its answer: the token is looked at and dropped. */
export async function probeOnce(prober: Prober, kind: ProbeKind, send: SendRequest): Promise<ProbeResult> {
  const { client, scopes, retailerId, ungrantedScope } = prober;
  const scope = kind === 'refusal' ? ungrantedScope : scopes.join(' ');
  const headers = retailerId === undefined ? {} : { 'x-retailer-id': retailerId };
  const fields = { grant_type: 'client_credentials', client_id: client, ...(scope !== '' && { scope }) };
  try {
    const { status, body } = await send(fields, kind === 'refusal' ? {} : headers);
    const verdict = kind === 'refusal' ? judgeRefusal(status, body) : judgeVend(status, body);
    return { probe: kind, verdict, status, ...recordable(status, body) };
  } catch {
    return { probe: kind, verdict: kind === 'refusal' ? 'unanswered' : 'wrong' };
  }
}

/** Whatever is no live token is wrong, an outage too: callers get the same. */
function judgeVend(status: number, body: ProbeAnswer['body']): ProbeVerdict {
  const { access_token: token, token_type: type, expires_in: seconds } = body;
  const isToken = typeof token === 'string' && token !== '' && type === 'Bearer';
  return status === 200 && isToken && typeof seconds === 'number' && seconds > 0 ? 'right' : 'wrong';
}

/**
 * An outage says nothing about what the policy allows. Nor does another 403: API Gateway keeps a caller out before the
 * policy is asked.
 */
function judgeRefusal(status: number, body: ProbeAnswer['body']): ProbeVerdict {
  if (status === 403 && body['error'] === 'unauthorized_client') return 'right';
  return status === 403 || status === 429 || status >= 500 ? 'unanswered' : 'wrong';
}

function recordable(status: number, { error, request_id: id }: ProbeAnswer['body']): Partial<ProbeResult> {
  if (status === 200) return {};
  return {
    error: typeof error === 'string' && /^[a-z_]{1,32}$/.test(error) ? error : undefined,
    requestId: typeof id === 'string' && /^[\w-]{1,64}$/.test(id) ? id : undefined,
  };
}

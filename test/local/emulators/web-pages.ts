import { type Listener, loopback, reachable } from './server.ts';

/**
 * Refuses what a web page sends to a server on `host`. A browser says which page asks, in Origin. It does not where a page has
 * its own name resolve to this machine (DNS rebinding), but then Host has that name.
 */
export function refuseWebPages(listener: Listener, host = loopback): Listener {
  const address = URL.parse(`http://${reachable(host)}`)?.hostname ?? loopback;
  const names = [...new Set([loopback, 'localhost', '[::1]', address])];
  return (request, response) => {
    const { origin, host: named = '' } = request.headers;
    const isOwn = names.includes(named.toLowerCase().replace(/:\d+$/, ''));
    if (isOwn && origin === undefined) return listener(request, response);
    const because = isOwn
      ? 'Web pages may not use this: send the request with curl or a program'
      : `Write one of these as the host of the URL: ${names.join(', ')}`;
    return response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' }).end(`${because}\n`);
  };
}

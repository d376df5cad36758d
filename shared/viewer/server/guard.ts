/**
 * Which requests a page's server refuses. It listens on this machine only, but
 * every web page that the user opens can send requests to this machine, too.
 */
import type { IncomingMessage } from 'node:http';

/**
 * Why a request is refused for the host that it names, in a sentence; undefined
 * if it is not. A name of somebody else's that leads to this machine (DNS
 * rebinding) would otherwise make a foreign page same-origin.
 */
export function refuseHost(request: IncomingMessage): string | undefined {
  if (ownHost(request)) return undefined;
  const port = request.socket.localPort;
  const named = request.headers.host?.toLowerCase();
  return (
    `Refused: this server was addressed as "${named ?? ''}". It responds on ` +
    `this machine only, as 127.0.0.1:${port} or localhost:${port}. ` +
    `Open http://127.0.0.1:${port}/ instead.`
  );
}

/**
 * Why a request is refused because another origin's page sent it, in a sentence;
 * undefined if it is not. A page on another port of this machine is another
 * origin, the lesson's own page included.
 *
 * Two headers tell, and a page can set neither: `Origin` (RFC 6454, 7),
 * and `Sec-Fetch-Site` (Fetch Metadata), which also comes with requests that
 * have no Origin, such as a script or an image.
 */
export function refuseOrigin(request: IncomingMessage): string | undefined {
  const own = `http://${ownHost(request)}`;
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined && origin !== own)
    return (
      `Refused: a page of ${origin} sent this request. Only the shell's own page ` +
      `(${own}) may.`
    );
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return (
      `Refused: a page of another origin sent this request (${site}). Only the ` +
      `shell's own page (${own}) may.`
    );
  return undefined;
}

/** Which of the server's own hosts the request names; undefined for any other. */
function ownHost({ socket, headers }: IncomingMessage): string | undefined {
  const { localPort: port } = socket;
  const names = ['127.0.0.1', 'localhost', '[::1]'];
  const hosts = names.map((name) => `${name}:${port}`);
  // Browsers leave out the usual port.
  if (port === 80) hosts.push(...names);
  return hosts.find((host) => host === headers.host?.toLowerCase());
}

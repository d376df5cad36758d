/**
 * Which requests a page's server refuses. It listens on this machine only, but
 * every web page that the user opens can send requests to this machine, too.
 */
import type { IncomingMessage } from 'node:http';
import { forwardedNames } from '@on-the-wire/system/forwarded.ts';

/**
 * Why a request is refused for the host that it names, in a sentence; undefined
 * if it is not. A name of somebody else's that leads to this machine (DNS
 * rebinding) would otherwise make a foreign page same-origin.
 */
export function refuseHost(request: IncomingMessage): string | undefined {
  if (ownOrigin(request) !== undefined) return undefined;
  const port = request.socket.localPort!;
  const named = hostOf(request) ?? '';
  const [forwarded] = forwardedNames(port);
  const other = forwarded ? `, and as ${forwarded}` : '';
  return (
    `Refused: this server was addressed as "${named}". It responds on ` +
    `this machine only, as 127.0.0.1:${port} or localhost:${port}${other}. ` +
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
  const own = ownOrigin(request)!;
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined && origin !== own && !isOfForwarder(request))
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

/**
 * By what a request shows that a forwarder has passed it on: a name of ours at
 * the forwarder, or a header; undefined if it shows nothing. One that rewrites
 * Host, Origin or both may well name us by our own name.
 */
export function forwardedBy(request: IncomingMessage): string | undefined {
  const { headers, socket } = request;
  const names = forwardedNames(socket.localPort!);
  return (
    names.find(
      (name) =>
        hostOf(request) === name || headers.origin === `https://${name}`,
    ) ??
    ['forwarded', 'x-forwarded-host', 'x-forwarded-for'].find(
      (name) => headers[name] !== undefined,
    )
  );
}

/**
 * Whether the Origin is the forwarder's for this port: its name with `https`,
 * or, where Host is that name, this server's own with either scheme. So do
 * Codespaces write it, by reports of 2024 and 2026 (symfony/demo 1542,
 * we-promise/sure 3610). The browser then has to say by the other header that
 * the page is of the same origin.
 */
function isOfForwarder(request: IncomingMessage): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  const port = request.socket.localPort!;
  const names = forwardedNames(port);
  if (names.some((name) => origin === `https://${name}`)) return true;
  if (site !== 'same-origin' || !names.includes(hostOf(request)!)) return false;
  const local = `localhost:${port}`;
  return origin === `http://${local}` || origin === `https://${local}`;
}

/** The origin of the server's own host that the request names; undefined for any other. */
function ownOrigin(request: IncomingMessage): string | undefined {
  const { localPort: port } = request.socket;
  const named = hostOf(request);
  const names = ['127.0.0.1', 'localhost', '[::1]'];
  const hosts = names.map((name) => `${name}:${port}`);
  // Browsers leave out the usual port.
  if (port === 80) hosts.push(...names);
  const host = hosts.find((each) => each === named);
  if (host !== undefined) return `http://${host}`;
  const forwarded = forwardedNames(port!).find((name) => name === named);
  return forwarded && `https://${forwarded}`;
}

const hostOf = ({ headers }: IncomingMessage) => headers.host?.toLowerCase();

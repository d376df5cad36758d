/** The names by which clients call a tap, as Host and Origin have them. */
import { forwardedNames } from '@on-the-wire/system/forwarded.ts';

/** How HTTP names the two ends of a tap. */
export interface HttpNames {
  /** `127.0.0.1:4400`, `localhost:4400`, …, in small letters. */
  tap: ReadonlySet<string>;
  /** `http://127.0.0.1:4400`, …, in small letters (RFC 6454, 6.2). */
  tapOrigins: ReadonlySet<string>;
  /** `shop.test:8080` */
  target: string;
  targetOrigin: string;
}

/**
 * @param shown the name in the address that is to be opened
 * @param port at which the tap listens
 * @param target name or address, without brackets
 */
export function httpNames(
  isEncrypted: boolean,
  shown: string,
  port: number,
  target: { host: string; port: number },
): HttpNames {
  const scheme = isEncrypted ? 'https' : 'http';
  const names = [shown, '127.0.0.1', 'localhost'];
  const own = names.map((name) => authority(scheme, name, port));
  const forwarded = forwardedNames(port);
  const targetName = authority(scheme, target.host, target.port);
  return {
    tap: new Set([...own, ...forwarded]),
    tapOrigins: new Set([
      ...own.map((name) => `${scheme}://${name}`),
      ...forwarded.map((name) => `https://${name}`),
    ]),
    target: targetName,
    targetOrigin: `${scheme}://${targetName}`,
  };
}

/** As URLs write it: without the port that the scheme has (RFC 9110, 4.2). */
function authority(
  scheme: 'http' | 'https',
  host: string,
  port: number,
): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === { http: 80, https: 443 }[scheme] ? name : `${name}:${port}`;
}

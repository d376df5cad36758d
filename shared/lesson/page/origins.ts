/**
 * Whose pages a server takes for its own: a list of origins, each a scheme, a
 * host and a port (RFC 6454).
 *
 * The list is given, and never made from the `Host` of a request: a page that
 * rebinds its own name to this machine has that name in both. It names schemes
 * too: with hosts alone a page of `http://` would pass for one of `https://`.
 */
import { BadInput } from '../board/feed.ts';

/**
 * The origins of what listens at 127.0.0.1: browsers of this machine call it by
 * two names. Not by `[::1]`, where another program may have the same port.
 */
export function localOrigins(
  port: number | string,
  scheme: 'http' | 'https' = 'http',
): string[] {
  return readOrigins(
    `${scheme}://127.0.0.1:${port},${scheme}://localhost:${port}`,
  )!;
}

/**
 * Reads what stands in `ORIGINS`: origins with commas between them.
 *
 * @returns each as a browser writes it: `HTTPS://Board.example:443/` is
 *   `https://board.example`; undefined where the text names none
 * @throws BadInput for what is no origin
 */
export function readOrigins(text = ''): string[] | undefined {
  const entries = text.split(',').map((entry) => entry.trim());
  const origins = entries.filter(Boolean).map((entry) => {
    const url = URL.parse(entry);
    // Pages of other schemes have no origin of their own.
    const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
    const isOne = isHttp && !url.host.includes('*'); // it stands for no others
    if (isOne && url.href === `${url.origin}/`) return url.origin;
    throw new BadInput(
      `ORIGINS names ${JSON.stringify(entry)}: expected scheme, host and port ` +
        'of pages that may ask, with commas between them, such as ' +
        'https://board.example,http://localhost:4001',
    );
  });
  return origins.length > 0 ? origins : undefined;
}

/**
 * The addresses of claims over HTTP/2. They stay the same, because an ordinary
 * browser accepts a certificate that nobody has signed for one address at a
 * time, and only where its reader says so. While no claim runs there, a page
 * stands there that finds out which of them the browser accepts.
 */
import { createServer, type Server } from 'node:https';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { findPorts } from '@on-the-wire/system/ports.ts';
import { closeServer } from '@on-the-wire/viewer/server/guarded-server.ts';
import type { AddressesMessage } from './messages.ts';

type Ports = [first: number, second: number];

/** The two ports, and what stands at them. */
export class ClaimAddresses {
  readonly #first: number;
  #page: Promise<{ servers: Server[]; offered: AddressesMessage }> | undefined;
  /** Settles when nothing uses the ports any more. */
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** @param first where they begin, unless these ports are taken */
  constructor(first = 4410) {
    this.#first = first;
  }

  /**
   * Waits for the ports, and takes them.
   *
   * @returns the ports of a claim's origin and of its other origin, and what
   *   gives them back
   */
  async take(): Promise<{ ports: Ports; giveBack: () => void }> {
    const before = this.#last;
    let giveBack!: () => void;
    this.#last = new Promise<void>((resolve) => (giveBack = resolve));
    await before;
    try {
      await this.#leave();
      return { ports: await this.#freePorts(), giveBack };
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  /**
   * Puts the page there, if no claim is.
   *
   * @param home the origin of the page that frames it: it tells no other
   */
  async offer(home: string): Promise<AddressesMessage> {
    const page = this.#last.then(() => {
      if (this.#closed) throw new Error('the home page is closed');
      return (this.#page ??= this.#serve(home));
    });
    // A claim that comes meanwhile waits until it stands there.
    this.#last = page.catch(() => (this.#page = undefined));
    return (await page).offered;
  }

  /** Ends the page; a claim ends by itself. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#leave();
  }

  async #leave(): Promise<void> {
    const page = await this.#page?.catch(() => undefined);
    this.#page = undefined;
    await Promise.all((page?.servers ?? []).map(closeServer));
  }

  async #serve(home: string) {
    const ports = await this.#freePorts();
    const [first, second] = ports;
    const addresses = [
      `https://127.0.0.1:${first}/`,
      `https://127.0.0.1:${second}/`,
      `https://localhost:${second}/`,
    ];
    const { key, cert } = await localCertificate();
    const servers = ports.map((port) => {
      const server = createServer({ key, cert }, (request, response) => {
        response.setHeader('Content-Type', 'text/html; charset=utf-8');
        response.setHeader('Cache-Control', 'no-store');
        response.end(
          request.url === '/probe' ? probePage(addresses, home) : acceptedPage,
        );
      });
      server.on('tlsClientError', () => {}); // the browser has refused it
      return listen(server, port).then(() => server);
    });
    const offered = { probe: `${addresses[0]}probe`, addresses };
    return { servers: await Promise.all(servers), offered };
  }

  /** The first two that are free: as a rule those that were accepted before. */
  async #freePorts(): Promise<Ports> {
    const first = await findPorts(undefined, this.#first, 2);
    return [first, first + 1];
  }
}

const acceptedPage = `<!doctype html>
<html lang="en">
<link rel="icon" href="data:,">
<meta name="color-scheme" content="light dark">
<title>Accepted · On the Wire</title>
<p>Your browser accepts this address now. You can close this tab.</p>
</html>
`;

/** Requests something of each address, and tells which of them respond. */
function probePage(addresses: string[], home: string): string {
  return `<!doctype html>
<link rel="icon" href="data:,">
<title>Which addresses are accepted</title>
<script type="module">
const home = ${JSON.stringify(home)};
const addresses = ${JSON.stringify(addresses)};
const accepted = await Promise.all(
  addresses.map((address) =>
    fetch(address, { mode: 'no-cors' }).then(() => true, () => false),
  ),
);
parent.postMessage({ accepted }, home);
</script>
`;
}

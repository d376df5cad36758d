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

/** Where they begin, unless these ports are taken. */
const FIRST = 4410;

/** The two ports, and what stands at them. */
export class ClaimAddresses {
  #ports: Promise<[number, number]> | undefined;
  #page: Promise<Server[]> | undefined;
  /** Settles when nothing uses the ports any more. */
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** The ports: of a claim's origin, and of its other origin. */
  ports(): Promise<[number, number]> {
    this.#ports ??= findPorts(undefined, FIRST, 2).then((port) => [
      port,
      port + 1,
    ]);
    this.#ports.catch(() => (this.#ports = undefined));
    return this.#ports;
  }

  /**
   * Waits for the ports, and takes them.
   *
   * @returns the ports, and what gives them back
   */
  async take(): Promise<{ ports: [number, number]; giveBack: () => void }> {
    const before = this.#last;
    let giveBack!: () => void;
    this.#last = new Promise<void>((resolve) => (giveBack = resolve));
    await before;
    const ports = await this.ports();
    await this.#leave();
    return { ports, giveBack };
  }

  /**
   * Puts the page there, if no claim is.
   *
   * @param home the origin of the page that frames it: it tells no other
   */
  async offer(home: string): Promise<AddressesMessage> {
    const before = this.#last;
    const [first, second] = await this.ports();
    const addresses = [
      `https://127.0.0.1:${first}/`,
      `https://127.0.0.1:${second}/`,
      `https://localhost:${second}/`,
    ];
    const offered = before.then(() => {
      if (this.#closed) return undefined;
      return (this.#page ??= this.#serve([first, second], addresses, home));
    });
    // A claim that comes meanwhile waits until it stands there.
    this.#last = offered.catch(() => {});
    await offered;
    return { probe: `${addresses[0]}probe`, addresses };
  }

  /** Ends the page; a claim ends by itself. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#leave();
  }

  async #leave(): Promise<void> {
    const servers = await this.#page?.catch(() => []);
    this.#page = undefined;
    await Promise.all((servers ?? []).map(closeServer));
  }

  async #serve(
    ports: [number, number],
    addresses: string[],
    home: string,
  ): Promise<Server[]> {
    const { key, cert } = await localCertificate();
    return Promise.all(
      ports.map(async (port) => {
        const server = createServer({ key, cert }, (request, response) => {
          response.setHeader('Content-Type', 'text/html; charset=utf-8');
          response.setHeader('Cache-Control', 'no-store');
          response.end(
            request.url === '/probe'
              ? probePage(addresses, home)
              : acceptedPage,
          );
        });
        server.on('tlsClientError', () => {}); // the browser has refused it
        await listen(server, port);
        return server;
      }),
    );
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

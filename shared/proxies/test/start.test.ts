/** Each program with lines of ours, as it is installed, on real sockets. */
import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  test,
} from '@jest/globals';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import {
  createServer,
  get,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import {
  connect,
  createSecureServer,
  type Http2SecureServer,
} from 'node:http2';
import { get as getOverTls } from 'node:https';
import {
  type Certificate,
  localCertificate,
} from '@on-the-wire/system/certificates/certificates.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { freePort } from '@on-the-wire/system/ports.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { findProxy } from '../find.ts';
import { passingLines } from '../lines.ts';
import { type ProxyName, programs } from '../programs.ts';
import { type ProxyOptions, type RunningProxy, startProxy } from '../start.ts';
import { addressesOf, groupsOf } from './process-groups.ts';

/** The passing lines with one more: it adds a field to each response. */
const withField: Record<ProxyName, (lines: string) => string> = {
  nginx: (lines) => lines.replace('{', '{\n  add_header Lines new;'),
  haproxy: (lines) => `${lines}  http-response set-header Lines new\n`,
  caddy: (lines) => `${lines}header Lines new\n`,
  apache: (lines) => `${lines}Header set Lines new\n`,
  varnish: (lines) =>
    `${lines}sub vcl_deliver { set resp.http.Lines = "new"; }\n`,
  nghttpx: (lines) => `${lines}add-response-header=Lines: new\n`,
};

/** Lines with a mistake, and what the program says. */
const mistakes: Record<ProxyName, [lines: string, words: string]> = {
  nginx: [
    'location / {\n  proxy_pas http://lesson;\n}\n',
    '[emerg] unknown directive "proxy_pas" in behind/my.nginx:2',
  ],
  haproxy: [
    'backend lesson\n  mode http\n  serve lesson "$LESSON"\n',
    "[ALERT] parsing [behind/my.haproxy:3] : unknown keyword 'serve' in 'backend' section",
  ],
  caddy: [
    '# Mine.\nreverse_prox {$LESSON}\n',
    'behind/my.caddy:2: unrecognized directive: reverse_prox',
  ],
  apache: [
    'ProxyPreserveHost On\nProxyPas / http://${LESSON}/\n',
    "Syntax error on line 2 of behind/my.apache:\nInvalid command 'ProxyPas'",
  ],
  varnish: [
    'vcl 4.1;\nsub vcl_recv {\n  retrun (pipe);\n}\n',
    "Symbol not found: 'retrun'\nAt: ('behind/my.varnish' Line 3 Pos 3)",
  ],
  nghttpx: [
    '# Mine.\nno-location-rewrit=yes\n',
    'behind/my.nghttpx:2: Unknown option: no-location-rewrit',
  ],
};

/** Lines that would leave the frame, and what is said of them. */
const refused: Partial<Record<ProxyName, [lines: string, words: string]>> = {
  nginx: ['location / {}\nlisten 80;\n', ':2: "listen" is left to our frame'],
  haproxy: ['\nfrontend mine\n  bind *:80\n', ':2: "frontend" is left to'],
  caddy: ['respond 200\n}\n:80 {\n', ':2: "}" closes what was not opened.'],
  apache: ['Listen 80\n', 'Listen cannot occur within <VirtualHost> section'],
  nghttpx: [
    'frontend=*,80;no-tls\n',
    ':1: "frontend" is left to our frame: remove',
  ],
};

// What it is told on a stream, it writes there.
let stream: ServerResponse;
const upstream = createServer((request, response) => {
  if (request.url !== '/events') return void response.end('hello');
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache',
  });
  response.write('data: first\n\n');
  stream = response;
});
let target: number;
let secure: Http2SecureServer;
let secureTarget: number;
let certificate: Certificate;
beforeAll(async () => {
  ({ port: target } = await listen(upstream));
  certificate = await localCertificate();
  secure = createSecureServer({ ...certificate, allowHTTP1: true });
  secure.on('request', (_request, response) => response.end('hello'));
  ({ port: secureTarget } = await listen(secure));
});
afterAll(() => {
  upstream.closeAllConnections();
  upstream.close();
  secure.close();
});

for (const name of Object.keys(programs) as ProxyName[]) {
  const installed = findProxy(name);
  if (!installed) process.stderr.write(`Skipped: ${name} is not installed.\n`);
  // oxlint-disable-next-line jest/no-disabled-tests -- only where it cannot run
  (installed ? describe : describe.skip)(name, () => {
    const { endsTls } = programs[name];
    const running: RunningProxy[] = [];
    afterEach(async () => {
      for (const proxy of running.splice(0)) await proxy.stop();
    });
    const start = async (options: Partial<ProxyOptions> = {}) => {
      const proxy = await startProxy(installed!, {
        port: await freePort(),
        upstream: { port: target },
        lines: passingLines(name),
        shownAs: `behind/my.${name}`,
        ...options,
      });
      running.push(proxy);
      return proxy;
    };
    const ask = async (port: number, path = '/') => {
      const sent = get({ host: '127.0.0.1', port, path, agent: false });
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      return response;
    };
    const fieldOf = async (port: number) =>
      (await ask(port)).resume().headers['lines'];

    const folder = new URL(`../lines/${name}/`, import.meta.url);
    test.each(readdirSync(folder))(
      'with %s passes a request on',
      async (file) => {
        const tls = file.includes('-tls');
        const proxy = await start({
          upstream: { port: tls ? secureTarget : target, tls },
          lines: readFileSync(new URL(file, folder), 'utf8'),
        });
        const client = await rawClient(proxy.port);
        client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
        await client.closed;
        expect(client.received).toMatch(/^HTTP\/1\.1 200 .*\r\n[^]*hello/);
        await proxy.stop();
        await expect(proxy.ended).resolves.toBe(
          `${programs[name].title} was stopped.`,
        );
        await expect(rawClient(proxy.port)).rejects.toThrow('ECONNREFUSED');
      },
    );

    if (!endsTls)
      test('says that it has no TLS', async () => {
        await expect(start({ tls: certificate })).rejects.toThrow(
          'Varnish itself speaks no TLS to a browser.',
        );
        const secret = { port: target, tls: true };
        await expect(start({ upstream: secret })).rejects.toThrow(
          'Varnish speaks cleartext to its upstream, and this one needs TLS.',
        );
      });
    else
      test('ends TLS, with h2 by ALPN', async () => {
        const proxy = await start({ tls: certificate });
        const origin = `https://127.0.0.1:${proxy.port}`;
        const ca = certificate.cert;
        const session = connect(origin, { ca });
        const request = session.request({ ':path': '/' });
        const [headers] = await once(request, 'response');
        expect(session.alpnProtocol).toBe('h2');
        expect(headers[':status']).toBe(200);
        request.close();
        session.close();
        // A client that offers nothing by ALPN gets HTTP/1.1.
        const sent = getOverTls(origin, { ca, agent: false });
        const [response] = (await once(sent, 'response')) as [IncomingMessage];
        expect(response.httpVersion).toBe('1.1');
        response.resume();
      });

    test('reads other lines while a stream is open', async () => {
      const proxy = await start();
      const events = await ask(proxy.port, '/events');
      await once(events, 'data');
      expect(await fieldOf(proxy.port)).toBeUndefined();

      const lines = withField[name](passingLines(name));
      await expect(proxy.replace(lines)).resolves.toBe('reloaded');
      expect(await fieldOf(proxy.port)).toBe('new');
      stream.write('data: second\n\n');
      const [part] = await once(events, 'data');
      expect(String(part)).toContain('data: second\n\n');

      const [wrong, words] = mistakes[name];
      await expect(proxy.replace(wrong)).rejects.toThrow(words);
      expect(await fieldOf(proxy.port)).toBe('new');
      await expect(proxy.replace(passingLines(name))).resolves.toBe('reloaded');
      expect(await fieldOf(proxy.port)).toBeUndefined();
      events.on('error', () => {});
    });

    test('says a mistake in its own words', async () => {
      const [lines, words] = mistakes[name];
      const error = await start({ lines }).catch((reason: Error) => reason);
      expect(error).toHaveProperty('constructor.name', 'ProxyMistake');
      expect(error).toHaveProperty('message', expect.stringContaining(words));
      // None of our own files, nor a time.
      expect(error).toHaveProperty(
        'message',
        expect.not.stringMatching(/frame|on-the-wire|\d\d:\d\d/),
      );
    });

    test('listens at its port of 127.0.0.1 only', async () => {
      const others = new Set(groupsOf(process.pid)); // such as a browser
      const two = [await start(), await start()];
      const own = `tcp 127.0.0.1:`;
      if (process.platform === 'linux')
        expect(
          groupsOf(process.pid)
            .filter((group) => !others.has(group))
            .flatMap(addressesOf)
            .toSorted(),
        ).toEqual(two.map(({ port }) => `${own}${port}`).toSorted());
      await two[0]!.stop();
      expect((await ask(two[1]!.port)).resume().statusCode).toBe(200);
      const [lines, words] = refused[name] ?? mistakes[name];
      await expect(two[1]!.replace(lines)).rejects.toThrow(words);
    });

    if (process.platform === 'linux')
      test('says when it has ended by itself, and leaves no worker', async () => {
        const others = new Set(groupsOf(process.pid));
        const proxy = await start();
        const [group] = groupsOf(process.pid).filter(
          (each) => !others.has(each) && addressesOf(each).length > 0,
        );
        process.kill(group!, 'SIGKILL');
        await expect(proxy.ended).resolves.toBe(
          `${programs[name].title} has ended.`,
        );
        await expect(rawClient(proxy.port)).rejects.toThrow('ECONNREFUSED');
        await expect(proxy.replace(passingLines(name))).rejects.toThrow(
          `${programs[name].title} has ended.`,
        );
      });

    test('does not begin where its port is in use', async () => {
      await expect(start({ port: target })).rejects.toThrow(
        `Port ${target} is in use.`,
      );
    });
  });
}

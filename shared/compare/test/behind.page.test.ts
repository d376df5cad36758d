/** Short comparisons behind real proxies. */
import { describe, expect, test } from '@jest/globals';
import { howToInstall, titleOf } from '@on-the-wire/proxies/find.ts';
import { execFile } from '@on-the-wire/system/programs/start.ts';
import { describeBehind } from '@on-the-wire/testing/describe-behind.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { fileURLToPath } from 'node:url';
import { measureTurn } from '../measure.ts';
import { pageOfComparison } from '../report/page-of-comparison.ts';
import { proxyNamed, proxyNames, whyNotBehind } from '../transports/behind.ts';
import { transports } from '../transports/transports.ts';
import { madeUpComparison } from './comparison.ts';

const script = fileURLToPath(
  new URL('../../../scripts/compare.ts', import.meta.url),
);
const transport = (id: string, over: string) =>
  transports.find((each) => each.id === id && each.over === over)!;

describeWithBrowser('a comparison', (browser) => {
  describeBehind('haproxy', 'behind HAProxy', (installed) => {
    test.each([
      ['sse', 'HTTP/1.1'],
      ['websocket', 'HTTP/2'],
    ])(
      '%s over %s: each update arrives, also after a cut and a restart',
      async (id, over) => {
        const turn = await measureTurn(transport(id, over), browser(), {
          updates: 4,
          every: 20,
          seed: 'test',
          faults: [],
          recover: true,
          behind: installed,
        });
        const all = { lost: 0, doubled: 0 };
        expect(turn.delivery).toMatchObject(all);
        expect(turn.delivery.times).toHaveLength(4);
        expect(turn.traffic.connections).toBe(1);
        expect(turn.cut).toMatchObject(all);
        expect(turn.restart!.ms).toBeGreaterThan(0);
      },
    );
  });

  describeBehind('nginx', 'behind nginx', (installed) => {
    test('names the program and its lines, and what does not go through it', async () => {
      const words =
        '--quick --http 2 --only sse,websocket,mqtt --behind nginx'.split(' ');
      const { stdout } = await execFile(process.execPath, [script, ...words]);
      expect(stdout).toContain(
        `On a clean network, behind ${titleOf(installed)}\n`,
      );
      expect(stdout).toMatch(/\nHTTP\/2\nServer-Sent Events .*\n\n/);
      expect(stdout).not.toContain('not measured');
      expect(stdout.replaceAll('\n', ' ')).toContain(
        'MQTT 3.1.1 does not go through it: nginx passes on HTTP here.',
      );
      expect(stdout).toMatch(/RFC\s8441/);
      expect(stdout).toContain('\n  proxy_set_header Upgrade $http_upgrade;\n');
    });
  });
});

describe('what is typed after --behind', () => {
  test('is one of a list', () => {
    expect(() => proxyNamed('squid')).toThrow(
      'There is no proxy "squid". There are: nginx, haproxy, caddy, apache, varnish, nghttpx.',
    );
    expect(() => proxyNamed('constructor')).toThrow('There is no proxy');
  });

  test('that is not installed, says how to get it', () => {
    for (const name of proxyNames)
      expect(() => proxyNamed(name, () => undefined)).toThrow(
        howToInstall(name),
      );
  });
});

test('the page says what stood between, and runs nothing of its lines', async () => {
  const html = await pageOfComparison({
    ...madeUpComparison(),
    behind: {
      title: 'nginx 1.22.1 (Debian)',
      lines: 'location / { # <script>alert(1)</script>',
      left: ['MQTT does not go through it.'],
    },
  });
  expect(html).toContain(
    '<h2>On a clean network, behind nginx 1.22.1 (Debian)',
  );
  expect(html).toContain('{ # &lt;script&gt;alert(1)&lt;/script&gt;</pre>');
  expect(html).toContain('<p>MQTT does not go through it.</p>');
});

describeBehind('varnish', 'behind Varnish', (installed) => {
  test('nothing goes over HTTP/2', () => {
    const why = transports.map((each) => whyNotBehind(installed, each));
    expect(new Set(why)).toEqual(
      new Set([
        undefined,
        'Nothing over HTTP/2 goes through it: browsers speak that only over TLS, which Varnish has not.',
        'MQTT 3.1.1 does not go through it: Varnish passes on HTTP here.',
      ]),
    );
  });
});

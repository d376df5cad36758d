import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import { listen } from '../../testing/listen.ts';
import { HarnessError } from '../lessons.ts';
import { freePort } from '../ports.ts';
import { runTap } from '../run-tap.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const options = { wire: 'lines', faults: [] } as const;

async function refusal(target: string, more: object = {}) {
  const error = await runTap(target, { ...options, ...more }, () => {}).catch(
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(HarnessError);
  const { message, exitCode } = error as HarnessError;
  return [exitCode, message];
}

describe('the tap in front of a program', () => {
  test('hands on what is asked and answered, and prints it', async () => {
    const server = createServer((_request, response) => response.end('Zug'));
    const { port } = await listen(server);
    closing.push(() => server.close());
    const lines: string[] = [];
    const running = await runTap(
      `http://127.0.0.1:${port}`,
      { ...options, port: await freePort() },
      (line) => lines.push(line),
    );
    closing.push(() => server.closeAllConnections(), running.stop);
    const answer = await fetch(`${running.address}platform?n=7`);
    expect(await answer.text()).toBe('Zug');
    const text = lines.join('\n');
    expect(text).toMatch(
      /#1 {2}→ GET \/platform\?n=7: request head, \d+ bytes/,
    );
    expect(text).toMatch(/#1 {2}← 200 OK: response head, \d+ bytes/);
  });

  test.each(['nonsense', 'http://', 'ftp://localhost:21', 'localhost', ''])(
    'refuses the target %j',
    async (target) => {
      expect(await refusal(target)).toEqual([
        2,
        `"${target}" is no target: expected an address with a port, such as ` +
          'http://localhost:5173 or localhost:1883.',
      ]);
    },
  );

  test('refuses a target that is not on this machine', async () => {
    // TEST-NET-1 (RFC 5737): an address that belongs to nobody.
    const [exitCode, message] = await refusal('http://192.0.2.1');
    expect(exitCode).toBe(2);
    expect(message).toMatch(
      /192\.0\.2\.1, which is not this machine.*--remote/,
    );
  });

  test('names the port that is in use', async () => {
    const server = createServer();
    const { port } = await listen(server);
    closing.push(() => server.close());
    expect(await refusal('localhost:1', { port })).toEqual([
      1,
      `Port ${port} is in use. Name another, or leave --port out.`,
    ]);
  });
});

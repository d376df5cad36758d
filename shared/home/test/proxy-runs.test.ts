import { describe, expect, test } from '@jest/globals';
import { findProxy } from '@on-the-wire/proxies/find.ts';
import { ourRecording, ProxyRuns } from '../proxies/runs.ts';

const nginx = findProxy('nginx');
if (!nginx) process.stderr.write('Skipped: nginx is not installed.\n');

// oxlint-disable-next-line jest/no-disabled-tests -- only where it cannot run
(nginx ? describe : describe.skip)('a proxy that is being measured', () => {
  test('is ended with the page’s server, and not after its timeout', async () => {
    const runs = new ProxyRuns();
    const idle = { subject: 'nginx', questions: ['idle'], http: '1.1' };
    const waiting = runs.measure(idle);
    // This one is done, so the other one waits for its timeout.
    await runs.measure({ ...idle, questions: ['seen-host'] });
    await runs.close();
    const { outcomes } = await waiting;
    expect(outcomes.map(({ word }) => word)).not.toContain('60 s, cut');
  });
});

describe('our recordings', () => {
  test.each(['nginx idle 3', 'nginx ../x 1.1', 'x', ''])(
    'has none of the name "%s"',
    (name) => expect(ourRecording(name)).toBeUndefined(),
  );

  test('has one of every cell', () => {
    expect(ourRecording('nginx idle 1.1')?.title).toBe(
      'Idle timeout: nginx, HTTP/1.1',
    );
  });
});

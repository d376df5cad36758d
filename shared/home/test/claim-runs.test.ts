import { expect, test } from '@jest/globals';
import { rows } from '@on-the-wire/compare/claims/rows/rows.ts';
import { ClaimRuns } from '../claim-runs.ts';

test('a claim that is being started when the page closes is ended, too', async () => {
  const runs = new ClaimRuns();
  const row = rows.find(({ behind }) => !behind)!;
  const [claim] = row.claims;
  const chosen = { row, claim: claim!, http: '1.1' } as const;
  const starting = runs.start(chosen, 'http://127.0.0.1:4400');
  await Promise.all([
    runs.close(),
    expect(starting).rejects.toThrow('the home page is closed'),
  ]);
});

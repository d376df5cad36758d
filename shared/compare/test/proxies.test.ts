/**
 * What was measured of the proxies holds on this machine, too: the columns that
 * do not wait for a timeout, in the words of the table.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { findProxy, titleOf } from '@on-the-wire/proxies/find.ts';
import { ourTitle } from '../proxies/describe.ts';
import { measuredProxies, measuredProxyCell } from '../proxies/measured.ts';
import {
  chooseProxies,
  settleProxies,
  type SettledProxy,
} from '../proxies/settle.ts';
import { subjects, subjectTitle, type Subject } from '../proxies/subjects.ts';

/** Whether it is the version of our run: another one may use other words. */
const isOurs = (subject: Subject): boolean => {
  const installed = findProxy(subject.program);
  const ours = ourTitle(subject, measuredProxies[subject.id]!);
  return installed !== undefined && titleOf(installed) === ours;
};

const isAsExpected = ({ subject, column, http, word }: SettledProxy) =>
  isOurs(subject)
    ? word === measuredProxyCell(subject.id, column.id, http)?.word
    : word !== 'failed';

const inWords = ({ column, http, word, evidence }: SettledProxy) =>
  `${column.id} ${http}: ${word}: ${evidence}`;

let all: SettledProxy[];
beforeAll(async () => {
  all = await settleProxies(chooseProxies({ quick: true }));
});

for (const subject of subjects) {
  const installed = findProxy(subject.program);
  const title = subjectTitle(subject);
  if (!installed) process.stderr.write(`Skipped: ${title} is not installed.\n`);
  else if (!isOurs(subject))
    process.stderr.write(
      `${titleOf(installed)} is another version than the one that was ` +
        'measured: its words are not compared.\n',
    );

  // oxlint-disable-next-line jest/no-disabled-tests -- only where it cannot run
  (installed ? describe : describe.skip)(subject.id, () => {
    test('does what was measured of it, as far as nothing waits', async () => {
      const own = all.filter((each) => each.subject === subject);
      expect(own.length).toBeGreaterThan(15);
      // This machine may have been too busy once, not twice.
      const others = own.filter((each) => !isAsExpected(each));
      const again = await Promise.all(
        others.map(({ column, http }) =>
          settleProxies({
            subjects: [subject],
            columns: [column],
            http: [http],
          }),
        ),
      );
      expect(
        again
          .flat()
          .filter((each) => !isAsExpected(each))
          .map(inWords),
      ).toEqual([]);
    });
  });
}

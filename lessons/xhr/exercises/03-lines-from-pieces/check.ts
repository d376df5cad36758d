/** Whether lines are found, however their bytes were cut: jsonlines.org. */
import { createServer } from 'node:http';
import type {
  Check,
  FailureParts,
  Learner,
  CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import type { Kept, Read } from './stage.ts';

const section = 'step “A read is not a line” of the tutorial';

export default {
  starter: 'Several lines in one read end in an error',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    // Without a body it must fail: this only checks that it is exported.
    await learner.attempt('readLines', {});
    const mustRead = (reads: Uint8Array[], what: What) =>
      mustTakeAll(trial, learner, reads, what);

    await trial.step('one line in each read', async () => {
      const values = [
        { text: data.line() },
        data.whole(10, 99),
        data.text('\n'),
      ];
      const what = 'One line in each read';
      await mustRead(
        values.map((value) => lineOf(value)),
        { values, what, verb: 'ends' },
      );
    });

    await trial.step('several lines in one read', async () => {
      for (const end of ['\n', '\r\n']) {
        const values = [{ n: data.whole(1, 99) }, data.text(end)];
        for (const empty of [null, 0, false, '']) values.push(empty as never);
        const lines = Buffer.concat(values.map((value) => lineOf(value, end)));
        const what = 'Several lines in one read';
        const note = 'TCP may join what was written separately';
        await mustRead([lines], { values, what, verb: 'end', note });
      }
    });

    await trial.step('only a newline ends a line', async () => {
      const cuts = 'What only looks like a newline ends a line';
      const [word, n] = [data.word(), data.whole(1, 99)];
      await mustRead([Buffer.from(`{"${word}":\r${n}}\r\n[\r${n}\r]\n`)], {
        values: [{ [word]: n }, [n]],
        what: 'A CR within a line',
        verb: 'ends',
        cuts,
        note: 'a CR alone is white space to JSON',
      });
      for (const code of [0x2028, 0x2029, 0x85]) {
        const character = String.fromCodePoint(code);
        const values = [`${data.word()}${character}${data.word()}`, true];
        const reads = values.map((value) => lineOf(value));
        const what = `U+${code.toString(16).padStart(4, '0')} within a line`;
        const note = `${what}: JSON allows it unescaped`;
        await mustRead(reads, { values, what, verb: 'ends', cuts, note });
      }
    });

    await trial.step('a line in two reads', async () => {
      const values = [{ text: data.word() }, data.whole(10_000, 99_999)];
      const what = 'A line in two reads';
      const note = 'TCP may cut anywhere';
      for (const end of ['\n', '\r\n']) {
        const bytes = Buffer.concat(values.map((value) => lineOf(value, end)));
        for (let at = 1; at < bytes.length; at += 1) {
          const reads = [bytes.subarray(0, at), bytes.subarray(at)];
          await mustRead(reads, { values, what, verb: 'ends', note });
        }
        const at = data.whole(1, bytes.length - 1);
        const none = new Uint8Array();
        await mustRead([bytes.subarray(0, at), none, bytes.subarray(at)], {
          values,
          what: 'A line with a read of no bytes in it',
          verb: 'ends',
          note: 'only `done` says that the body has ended',
        });
      }
    });

    await trial.step('a character in two reads', async () => {
      const values = [`Zürich ${data.line()}`, { 駅: data.text('\n') }];
      const bytes = Buffer.concat(values.map((value) => lineOf(value)));
      const what = 'A character in two reads';
      const note = 'ü is two bytes, 駅 three, 🚆 four';
      for (let at = 1; at < bytes.length; at += 1) {
        if ((bytes[at]! & 0xc0) !== 0x80) continue; // Not within a character.
        const reads = [bytes.subarray(0, at), bytes.subarray(at)];
        await mustRead(reads, { values, what, verb: 'ends', note });
      }
      const each = Array.from(bytes, (byte) => Uint8Array.of(byte));
      await mustRead(each, { values, what, verb: 'ends', note });
    });

    await trial.step('a last line without a newline', async () => {
      const values = [data.line(), { text: data.text('\r\n') }];
      const bytes = Buffer.concat(values.map((value) => lineOf(value)));
      const whole = bytes.subarray(0, -1);
      const middle = data.whole(1, whole.length - 1);
      const what = 'A last line without a newline';
      const note = 'the end of the body ends it';
      for (const reads of [
        [whole],
        [whole.subarray(0, middle), whole.subarray(middle)],
      ])
        await mustRead(reads, { values, what, verb: 'ends', note });
      const digit = data.whole(0, 9);
      await mustRead([lineOf(digit), Buffer.from(`${digit}`)], {
        values: [digit, digit],
        what: 'A last line of one character, without a newline',
        verb: 'ends',
      });
      await mustRead([], { values: [], what: 'An empty body', verb: 'ends' });
    });

    await trial.step('over a connection that cuts and joins', async () => {
      const values = Array.from({ length: 60 }, () => ({
        text: data.text(data.pick(['\n', '\r\n'])),
      }));
      const lines = values.map((value) => lineOf(value));
      const got = await load(trial, learner, lines, 'ends');
      const what = 'A line of a real response';
      const sent = `${values.length} lines, over a connection that cuts and joins`;
      compare(trial, got, { values, what, verb: 'ends' }, { sent });
    });

    await trial.step('a body that breaks', async () => {
      const values = [{ text: data.line() }, data.line()];
      const whole = Buffer.concat(values.map((value) => lineOf(value)));
      const half = Buffer.from('"Zü').subarray(0, -1);
      const number = String(data.whole(10, 99));
      const reads = [whole.subarray(0, 9), whole.subarray(9)];
      for (const [before, wanted] of [
        [reads, values],
        [[...reads, Buffer.from(number)], values],
        [[...reads, half], values],
        [[], []],
      ] as const) {
        const broken = `${data.word()} broke`;
        const got = await learner.stage<Read>('read', before, broken);
        const sent = [...before.map(textOf), broken].join(' ┃ ');
        mustBreak(trial, got, wanted, { sent, number });
        if (!got.isOurs)
          return trial.fail({
            title: 'readLines fails with an error other than that of read()',
            sent,
            expected: `the very error of read(): TypeError: ${broken}`,
            came: came(got),
            at: byteOf(came(got), got.error!),
            note: 'made by somebody else',
            section,
            details: got.stack,
          });
        // What is left of it belongs to no other body.
        await mustRead([whole], {
          values,
          what: 'A body after one that broke',
          verb: 'ends',
          cuts: 'What is left of a broken body spoils the next one',
          note: 'each body begins with an empty rest',
        });
      }
    });

    await trial.step('a connection that breaks', async () => {
      const values = [{ text: data.line() }, data.line()];
      const lines = values.map((value) => lineOf(value));
      // Its first half would be a number, too.
      const number = String(data.whole(1_000, 9_999)).slice(0, 2);
      lines.push(Buffer.from(number));
      const got = await load(trial, learner, lines, 'breaks');
      const sent = `${shown(lines)}, and the connection is closed`;
      mustBreak(trial, got, values, { sent, number, section: 'RFC 9112, 8' });
    });

    await trial.step('two bodies at once', async () => {
      const all = [0, 1].map(() => {
        const values = [`ü ${data.line()}`, { text: data.line() }];
        const bytes = Buffer.concat(values.map((value) => lineOf(value)));
        // Within the first ü, and then within a line.
        const [one, two] = [bytes.indexOf(0xbc), bytes.length - 9];
        const reads = [
          bytes.subarray(0, one),
          bytes.subarray(one, two),
          bytes.subarray(two),
        ];
        return { values, reads };
      });
      const bodies = all.map(({ reads }) => reads);
      const got = await learner.stage<Read[]>('readBoth', bodies);
      for (const [index, { values, reads }] of all.entries()) {
        const note = 'each body has a rest of its own';
        const what = 'One of two bodies that are read at once';
        const sent = shown(reads);
        compare(
          trial,
          got[index]!,
          { values, what, verb: 'ends', note },
          { sent },
        );
      }
    });

    await trial.step('a body that goes on and on', async () => {
      const { lines, taken, bytes, kept } = await learner.stage<Kept>(
        'readLong',
        80,
      );
      const mb = (size: number) => `${(size / 1_048_576).toFixed(1)} MB`;
      const sent = `${lines} lines, ${mb(bytes)} in all`;
      if (taken !== lines)
        return trial.fail({
          title: 'Lines of a long body are lost',
          sent,
          expected: `lines taken: ${lines}`,
          came: `lines taken: ${taken}`,
          section,
        });
      if (kept < bytes / 4) return;
      trial.fail({
        title: 'Lines that were taken are kept in memory',
        sent,
        expected: 'hardly more memory in use than after the first lines',
        came: `${mb(kept)} more`,
        note: 'a body that goes on for days fills it',
        section,
      });
    });
  },
} satisfies Check;

/** What is tried, and how its failure is reported. */
interface What {
  values: readonly unknown[];
  /** "A line in two reads", and whether it "ends" or they "end" in an error. */
  what: string;
  verb: 'end' | 'ends';
  /** The title, where it has only one reason. */
  cuts?: string;
  note?: string;
}

type Got = Omit<Read, 'error'> & { error?: string | undefined };

async function mustTakeAll(
  trial: CheckContext,
  learner: Learner,
  reads: Uint8Array[],
  what: What,
) {
  const got = await learner.stage<Read>('read', reads);
  const sent = shown(reads);
  compare(trial, got, what, { sent });

  // Each line is taken before the next read is requested, and none sooner.
  let text = '';
  for (const [index, bytes] of reads.entries()) {
    text += Buffer.from(bytes).toString('latin1');
    const whole = text.split('\n').length - 1;
    const taken = got.after[index] ?? whole;
    if (taken === whole) continue;
    trial.fail({
      title:
        taken < whole
          ? 'A complete line waits for the next read'
          : 'A line is taken before its newline has come',
      sent,
      expected: `after read ${index + 1}, lines taken: ${whole}`,
      came: `after read ${index + 1}, lines taken: ${taken}`,
      note:
        taken < whole
          ? 'the next read may come in an hour'
          : 'the next read may bring the rest of it',
      section,
    });
  }
}

/** It failed, and has taken all complete lines, and nothing else. */
function mustBreak(
  trial: CheckContext,
  got: Read,
  values: readonly unknown[],
  {
    sent,
    number,
    section: where = section,
  }: { sent: string; number: string; section?: string },
) {
  const parts = { sent, came: came(got), section: where };
  if (!got.error)
    trial.fail({
      ...parts,
      title: 'A broken connection is taken for the end',
      expected: 'the error of read()',
      note: 'the caller believes that this was all',
    });
  if (JSON.stringify(got.taken) === JSON.stringify([...values, +number]))
    trial.fail({
      ...parts,
      title: 'Half a line is taken for a complete one',
      expected: 'the complete lines, and an error',
      at: byteOf(came(got), number),
      note: `the number may have been ${number}00`,
    });
  const what = 'A line before the break';
  const { error: _error, ...rest } = got;
  compare(trial, rest, { values, what, verb: 'ends' }, parts);
}

/** The values that were taken are those of the lines. */
function compare(
  trial: CheckContext,
  got: Got,
  { values, what, verb, cuts, note }: What,
  parts: Partial<FailureParts>,
) {
  const { taken, error, stack } = got;
  const texts = values.map((value) => JSON.stringify(value));
  const at = texts.findIndex((text, i) => JSON.stringify(taken[i]) !== text);
  if (at < 0 && taken.length === values.length && !error) return;
  const before = taken
    .slice(0, at < 0 ? values.length : at)
    .map((each) => JSON.stringify(each));
  const all = {
    section,
    expected: texts.join(' '),
    came: came(got),
    at: Buffer.byteLength([...before, ''].join(' ')),
    note,
    details: error && stack,
    ...parts,
  };
  const isBroken = JSON.stringify(taken).includes('\ufffd');
  if (isBroken)
    trial.fail({
      ...all,
      title: 'A character that was cut is broken',
      at: byteOf(came(got), '\ufffd'),
    });
  if (error && taken.length === values.length && at < 0)
    trial.fail({
      ...all,
      title: 'All lines are taken, and then there is an error',
      at: byteOf(came(got), error),
      note: 'after the last newline there is nothing',
    });
  if (cuts) trial.fail({ ...all, title: cuts });
  if (error) trial.fail({ ...all, title: `${what} ${verb} in an error` });
  const shownAs = taken.map((value) => JSON.stringify(value));
  if (at >= 0 && taken[at] === texts[at])
    trial.fail({
      ...all,
      title: 'The text of a line is taken, not its value',
      note: 'what JSON.parse makes of it',
    });
  if (shownAs.toSorted().join() === texts.toSorted().join())
    trial.fail({ ...all, title: 'The lines are taken in another order' });
  const truthy = values.filter(Boolean);
  if (JSON.stringify(taken) === JSON.stringify(truthy))
    trial.fail({
      ...all,
      title: 'A value that counts as false is not taken',
      note: 'null, 0, false and "" are lines like any other',
    });
  const lost = verb === 'end' ? 'are not all taken' : 'is lost';
  if (taken.length < values.length)
    trial.fail({ ...all, title: `${what} ${lost}` });
  trial.fail({ ...all, title: `${what}: something else is taken` });
}

/** All that was taken, and the error if there was one. */
function came({ taken, error }: Got): string {
  const texts = taken.map((value) => JSON.stringify(value) ?? 'undefined');
  if (error) texts.push(error);
  return texts.join(' ') || 'nothing';
}

/** The byte at which this part begins, where it stands last. */
const byteOf = (text: string, part: string) =>
  Buffer.byteLength(text.slice(0, text.lastIndexOf(part)));

const lineOf = (value: unknown, end = '\n') =>
  Buffer.from(`${JSON.stringify(value)}${end}`);

/** Reads as text, with a stroke between two of them. */
function shown(reads: Uint8Array[]): string {
  if (reads.length > 12) return `${reads.length} reads of a byte each`;
  return reads.map(textOf).join(' ┃ ');
}

/** Half a character is shown as its bytes. */
function textOf(bytes: Uint8Array): string {
  const escape = (text: string) =>
    text.replaceAll('\r', '\\r').replaceAll('\n', '\\n');
  const isPart = (byte: number | undefined) => (byte! & 0xc0) === 0x80;
  const hex = (part: Uint8Array) =>
    Array.from(part, (byte) => `\\x${byte.toString(16)}`).join('');
  let from = 0;
  while (isPart(bytes[from])) from += 1;
  let to = bytes.length;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(from));
  } catch {
    do to -= 1;
    while (isPart(bytes[to]));
  }
  const middle = Buffer.from(bytes.subarray(from, to)).toString();
  return (
    hex(bytes.subarray(0, from)) + escape(middle) + hex(bytes.subarray(to))
  );
}

/** Sends lines over a connection that cuts and joins; the body ends or breaks. */
async function load(
  trial: CheckContext,
  learner: Learner,
  lines: Uint8Array[],
  how: 'ends' | 'breaks',
): Promise<Read> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/jsonl' });
    // Without the last chunk, which would say that this is the end.
    const breaks = () => response.socket!.end();
    for (const [at, line] of lines.entries()) {
      const isLast = how === 'breaks' && at === lines.length - 1;
      response.write(line, isLast ? breaks : undefined);
    }
    if (how === 'ends') response.end();
  });
  const { port } = await trial.listen(server);
  const { origin } = await trial.line(port);
  return learner.stage('load', `${origin}/lines`);
}

/** Reads what the learner's code writes as a browser does: HTML, 9.2.6. */
import {
  type Check,
  type CheckContext,
  differsAt,
  type FailureParts,
  type Learner,
} from '@on-the-wire/course/exercise/check.ts';
import { EventParser } from '@on-the-wire/course/exercise/event-reader.ts';
import type { StreamEvent } from './exercise.ts';

const section = 'HTML, 9.2.6';
const lineEnd = /\r\n|\n|\r/;
/** What ends a line elsewhere: to an event stream it is text. */
const noLineEnds = ['\u2028', '\u2029', '\u0085', '\v', '\f', '\t'];

export default {
  starter: 'A line of the text is not in a data field',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    const says = (event: StreamEvent) => mustSay(trial, learner, event);

    await trial.step('a text of one line', async () => {
      await says({ data: data.word() });
      await says({ data: data.line() });
      await says({ data: ` ${data.line()}` });
      await says({ data: `${data.line()}  ` });
      await says({ data: '' });
    });

    await trial.step('a text of several lines', async () => {
      await says({ data: `${data.word()}\n${data.word()}` });
      await says({ data: data.text('\n') });
      await says({ data: `${data.line()}\nid: 9` });
      await says({ data: `${data.line()}\n\n${data.line()}\n` });
      await says({ data: `\n  ${data.line()}` });
      for (const between of noLineEnds)
        await says({ data: `${data.word()}${between}${data.word()}` });
    });

    await trial.step('CR LF, and a CR alone', async () => {
      await says({ data: data.text('\r\n') });
      await says({ data: `Platform 7\rid: ${data.word()}` });
      await says({ data: data.text('\r') });
      await says({ data: `${data.line()}\n\r${data.line()}` });
      const ends = ['\r', '\r\n', '\n', '\r', '\r\n', '\r\r', '\n'];
      await says({ data: ends.map((end) => data.line() + end).join('') });
    });

    await trial.step('name, id and retry', async () => {
      const event = { event: data.word(), id: data.word(), data: data.line() };
      await says({ ...event, retry: data.whole(0, 60_000) });
      await says({ id: `${data.word()} "ü🚆"`, data: data.text('\r\n') });
      await says({ event: ` ${data.word()}: ${data.word()}`, data: '' });
      for (const between of noLineEnds) {
        const text = `${data.word()}${between}ü🚆: 9`;
        await says({ event: text, id: ` ${text}`, data: data.line() });
      }
      // Only in an id it means anything.
      await says({ event: `${data.word()}\0`, data: `${data.word()}\0` });
      await says({ retry: 0, data: data.line() });
      await says({ id: '', data: data.line() });
    });

    await trial.step('what is not given', async () => {
      await says({ id: data.word() });
      await says({ id: '' });
      await says({ retry: data.whole(1, 60_000) });
      await says({ id: data.word(), retry: 0 });
    });

    await trial.step('refuses what cannot be written', async () => {
      const refuses = (what: string, event: StreamEvent) =>
        mustRefuse(trial, learner, what, event);
      const rest = { data: data.line() };
      const [one, two] = [data.word(), data.word()];
      for (const end of ['\n', '\r', '\r\n']) {
        for (const text of [one + end + two, one + end, end + two]) {
          await refuses('A line end in a name', { event: text, ...rest });
          await refuses('A line end in an id', { id: text, ...rest });
        }
        await refuses('A line end in an id', { id: one + end + two });
      }
      for (const id of [`${one}\0`, `\0${one}`, `${one}\0${two}`])
        await refuses('A NUL in an id', { id, ...rest });
      const whole = data.whole(1, 60_000);
      const half = whole + 0.5;
      for (const retry of [-1, -whole, 1.5, half, -half, NaN, Infinity])
        await refuses('A retry that is no whole number', { retry, ...rest });
      await refuses('A retry that is no whole number', { retry: -Infinity });
    });

    await trial.step('comments', async () => {
      for (const end of ['\n', '\r\n', '\r'])
        await mustBeComment(trial, learner, data.text(end));
      await mustBeComment(trial, learner, `keep open\rdata: ${data.word()}`);
      await mustBeComment(trial, learner, `\n${data.word()}\n\nid: 9\r`);
      await mustBeComment(trial, learner, data.word());
      await mustBeComment(trial, learner, '');
    });
  },
} satisfies Check;

/** A page that has had an event: what it gets from a text, and keeps of it. */
function read(text: string, before: { id: string; retry: number }) {
  const parser = new EventParser();
  parser.feed(`retry: ${before.retry}\nid: ${before.id}\ndata: before\n\n`);
  const events = parser.feed(text);
  // Another event after it shows whether this one has ended.
  const next = parser.feed('data: next\n\n');
  return { events, next, retry: parser.retry, comments: parser.comments };
}

/** One line of what was written. */
interface Line {
  field: string;
  value: string;
  /** The byte at which it begins. */
  at: number;
  /** Whether a CR alone has ended the line before it. */
  afterCr: boolean;
}

/** The lines of a text, comments included (their field is ''). */
function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (const found of text.matchAll(/([^\r\n]*)(?:\r\n|\r|\n|$)/g)) {
    const { 1: line = '', index } = found;
    if (line === '') continue;
    const [field = '', ...rest] = line.split(':');
    lines.push({
      field,
      value: rest.join(':').replace(/^ /, ''),
      at: Buffer.byteLength(text.slice(0, index)),
      afterCr: text[index - 1] === '\r',
    });
  }
  return lines;
}

async function mustSay(
  trial: CheckContext,
  learner: Learner,
  event: StreamEvent,
) {
  const text = await textOf(trial, learner, 'encodeEvent', event);
  const before = { id: trial.data.word(), retry: trial.data.whole(1, 9_999) };
  const kept = { id: event.id ?? before.id, retry: event.retry };
  const data = event.data?.replaceAll(/\r\n?/g, '\n');
  const name = event.event || 'message';
  const wanted = data === undefined ? [] : [{ event: name, id: kept.id, data }];
  const { events, next, retry } = read(text, before);

  const fail = (title: string, parts: Partial<FailureParts> = {}): never =>
    trial.fail({
      title,
      sent: call('encodeEvent', event),
      expected:
        data === undefined
          ? `no event, and a page that keeps ${JSON.stringify(kept)}`
          : `a page that gets ${JSON.stringify({ ...wanted[0], retry: event.retry })}`,
      came: Buffer.from(text),
      at: Buffer.byteLength(text),
      section,
      ...parts,
    });

  const isRight =
    JSON.stringify(events) === JSON.stringify(wanted) &&
    next[0]?.event === 'message' &&
    next[0].data === 'next' &&
    next[0].id === kept.id &&
    retry === (event.retry ?? before.retry);
  if (isRight) return;

  const lines = linesOf(text);
  const given = event.data?.split(lineEnd).map((line) => line.trim()) ?? [];
  for (const { field, value, at, afterCr } of lines) {
    const asText = [`${field}: ${value}`, `${field}:${value}`, field];
    const isOurs = field === '' || field === 'data';
    const isGiven = String(event[field as 'id']) === value;
    if (
      isOurs ||
      isGiven ||
      !asText.some((line) => given.includes(line.trim()))
    )
      continue;
    const what = ['event', 'id', 'retry'].includes(field)
      ? `the field "${field}"`
      : 'a field that the format does not know';
    fail(
      afterCr
        ? 'A carriage return alone ends a line, too'
        : 'A line of the text is not in a data field',
      { at, note: `here a new line begins: ${what}` },
    );
  }
  if (data === undefined && events.length > 0)
    fail('An event fires, although no text was given', {
      at: lines.find(({ field }) => field === 'data')?.at ?? 0,
      note: 'a data field makes an event, even without a value',
    });
  if (data !== undefined && !lines.some(({ field }) => field === 'data'))
    fail('The text is not sent', {
      note: 'there is no data field, so no event fires',
    });
  if (events.length < wanted.length || next[0]?.data !== 'next')
    fail('The event does not end', {
      note: 'an empty line is missing here, so no event fires',
    });
  if (events.length > wanted.length) {
    const end = /(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r)/.exec(text)!;
    fail('One event becomes several', {
      at: Buffer.byteLength(text.slice(0, end.index + end[0].length)),
      note: `the empty line before this ended the first of ${events.length} events`,
    });
  }
  const [first] = events;
  if (first && first.data !== data)
    fail(titleOfData(first.data, event.data!), {
      note: `the page gets ${JSON.stringify(first.data)}`,
      at: firstDifference(lines, data!),
    });
  const fields = [
    ['name', 'event', first?.event ?? name, name],
    ['id', 'id', next[0]!.id, kept.id],
    ['retry', 'retry', retry, event.retry ?? before.retry],
  ] as const;
  for (const [what, field, got, want] of fields) {
    if (got === want) continue;
    const line = lines.findLast((each) => each.field === field);
    const isErased = line?.value === '' && event.id === undefined;
    const isKept = got === before[field as 'id'];
    let title = `The page gets another ${what}`;
    if (field === 'id' && isErased) title = 'The last id of the page is erased';
    else if (!line) title = `The ${what} is not sent`;
    fail(title, {
      at: line ? line.at + field.length + 1 : Buffer.byteLength(text),
      note: isKept
        ? `the page keeps the ${what} that it had`
        : `the page gets ${JSON.stringify(got)}`,
    });
  }
}

/** What has become of a text. */
function titleOfData(got: string, given: string): string {
  const wanted = given.split(lineEnd);
  const same = (change: (line: string) => string) =>
    got.split('\n').map(change).join('\n') === wanted.map(change).join('\n');
  const withoutEmpty = (lines: string[]) =>
    lines.filter((line) => line !== '').join('\n');
  if (got === given.replaceAll('\r', '\n'))
    return 'CR LF ends one line, not two';
  if (withoutEmpty(got.split('\n')) === withoutEmpty(wanted))
    return 'An empty line of the text is lost';
  if (same((line) => line.trim()))
    return 'The text loses a space, or gets another one';
  const other = new RegExp(noLineEnds.join('|'));
  if (other.test(given) && !other.test(got))
    return 'A character that ends no line is taken for a line end';
  return 'The page gets another text';
}

/** The byte at which the data fields no longer hold the wanted text. */
function firstDifference(lines: Line[], wanted: string): number {
  const values = wanted.split('\n');
  const fields = lines.filter(({ field }) => field === 'data');
  for (const [index, { value, at }] of fields.entries()) {
    if (value === values[index]) continue;
    return at + 'data:'.length + differsAt(value, values[index] ?? '');
  }
  return fields.at(-1)!.at;
}

/** Two times the same: some ways to look refuse only the first. */
async function mustRefuse(
  trial: CheckContext,
  learner: Learner,
  what: string,
  event: StreamEvent,
) {
  for (const time of ['', ', the second time']) {
    const outcome = await learner.attempt<string>('encodeEvent', event);
    if (outcome.error) continue;
    const came = Buffer.from(String(outcome.value));
    const at = came.indexOf(/[\r\0]/.exec(String(outcome.value))?.[0] ?? '\n');
    trial.fail({
      title: `${what} was accepted${time}`,
      sent: call('encodeEvent', event),
      expected: 'an error: there is no way to write it',
      came,
      ...(/^A (line end|NUL)/.test(what) && at >= 0 && { at, note: 'this' }),
      section: what.startsWith('A retry') ? section : 'HTML, 9.2.5',
    });
  }
}

async function mustBeComment(
  trial: CheckContext,
  learner: Learner,
  text: string,
) {
  const came = await textOf(trial, learner, 'encodeComment', text);
  const before = { id: trial.data.word(), retry: trial.data.whole(1, 9_999) };
  const { next, comments } = read(came, before);
  const wanted = text.split(lineEnd);
  const parts = {
    sent: call('encodeComment', text),
    expected: `comments, and nothing else: ${JSON.stringify(wanted)}`,
    came: Buffer.from(came),
    section,
  };
  const strange = linesOf(came).find(({ field }) => field !== '');
  if (strange)
    trial.fail({
      title: 'A line of the comment is not a comment',
      ...parts,
      at: strange.at,
      note: strange.afterCr
        ? 'a CR alone has ended the line before'
        : 'a comment begins with a colon',
    });
  if (next[0]?.data !== 'next')
    trial.fail({
      title: 'The comment does not end',
      ...parts,
      at: Buffer.byteLength(came),
      note: 'what is written next becomes part of it',
    });
  const said = (lines: string[]) =>
    lines.map((line) => line.trim()).filter((line) => line !== '');
  if (said(comments).join('\n') !== said(wanted).join('\n'))
    trial.fail({
      title: 'The comment has another text',
      ...parts,
      note: `its lines are ${JSON.stringify(comments)}`,
      at: differsAt(came, wanted.map((line) => `: ${line}\n`).join('')),
    });
}

async function textOf(
  trial: CheckContext,
  learner: Learner,
  name: string,
  given: unknown,
): Promise<string> {
  const { value: text, error } = await learner.attempt(name, given);
  if (error)
    trial.fail({
      title: `${name} threw ${error.name}: ${error.message}`,
      sent: call(name, given),
      expected: 'a string: all of this can be written',
      came: 'an error',
      details: error.stack,
    });
  if (typeof text === 'string') return text;
  return trial.fail({
    title: `${name} did not return a string`,
    sent: call(name, given),
    expected: 'a string: the lines',
    came: JSON.stringify(text) ?? 'undefined',
  });
}

const call = (name: string, given: unknown) => `${name}(${shown(given)})`;

/** As JSON, with numbers that it has no word for. */
const shown = (given: unknown) =>
  JSON.stringify(given, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? `(${value})` : value,
  ).replaceAll(/"\((NaN|-?Infinity)\)"/g, '$1');

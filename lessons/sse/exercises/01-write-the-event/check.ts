/** Reads what the learner's code writes as a browser does: HTML, 9.2.6. */
import type {
  Check,
  FailureParts,
  Learner,
  CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import { EventParser } from '@on-the-wire/course/exercise/event-reader.ts';
import type { StreamEvent } from './exercise.ts';

const section = 'HTML, 9.2.6';

export default {
  starter: 'A line of the text is not in a data field',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    const says = (event: StreamEvent, titles?: Titles) =>
      mustSay(trial, learner, event, titles);

    await trial.step('a text of one line', async () => {
      await says({ data: data.word() });
      await says({ data: data.line() });
      await says({ data: ` ${data.line()}` });
      await says({ data: '' });
    });

    await trial.step('a text of several lines', async () => {
      await says({ data: `${data.word()}\n${data.word()}` });
      await says({ data: data.text('\n') });
      await says({ data: `${data.line()}\nid: 9` });
      await says({ data: `${data.line()}\n\n${data.line()}\n` });
    });

    await trial.step('CR LF, and a CR alone', async () => {
      await says({ data: data.text('\r\n') });
      const titles = { line: 'A carriage return alone ends a line, too' };
      await says({ data: `Platform 7\rid: ${data.word()}` }, titles);
      await says({ data: data.text('\r') }, titles);
      await says({ data: `${data.line()}\n\r${data.line()}` }, titles);
    });

    await trial.step('name, id and retry', async () => {
      const event = { event: data.word(), id: data.word(), data: data.line() };
      await says({ ...event, retry: data.whole(0, 60_000) });
      await says({ id: `${data.word()} "ü🚆"`, data: data.text('\r\n') });
      await says({ id: '', data: data.line() });
    });

    await trial.step('refuses what cannot be written', async () => {
      const refuses = async (what: string, event: StreamEvent) => {
        const outcome = await learner.attempt<string>('encodeEvent', event);
        if (outcome.error) return;
        const came = Buffer.from(String(outcome.value));
        const at = came.indexOf(
          /[\r\0]/.exec(String(outcome.value))?.[0] ?? '\n',
        );
        trial.fail({
          title: `${what} was accepted`,
          sent: call('encodeEvent', event),
          expected: 'an error: there is no way to write it',
          came,
          ...(/^A (line end|NUL)/.test(what) && { at, note: 'this' }),
          section: what.startsWith('A retry') ? section : 'HTML, 9.2.5',
        });
      };
      const rest = { data: data.line() };
      for (const end of ['\n', '\r', '\r\n']) {
        const two = `${data.word()}${end}${data.word()}`;
        await refuses('A line end in a name', { event: two, ...rest });
        await refuses('A line end in an id', { id: two, ...rest });
      }
      await refuses('A NUL in an id', { id: `${data.word()}\0`, ...rest });
      for (const retry of [-1, 1.5, Number.NaN, Infinity])
        await refuses('A retry that is no whole number', { retry, ...rest });
    });

    await trial.step('comments', async () => {
      for (const end of ['\n', '\r\n', '\r'])
        await mustBeComment(trial, learner, data.text(end));
      await mustBeComment(trial, learner, `keep open\rdata: ${data.word()}`);
      await mustBeComment(trial, learner, '');
    });
  },
} satisfies Check;

interface Titles {
  line?: string;
}

/** What a page gets from a text: events, the last id, `retry`, comments. */
function read(text: string) {
  const parser = new EventParser();
  const events = parser.feed(text);
  return { events, retry: parser.retry, comments: parser.comments };
}

async function mustSay(
  trial: CheckContext,
  learner: Learner,
  event: StreamEvent,
  { line = 'A line of the text is not in a data field' }: Titles = {},
) {
  const text = await textOf(trial, learner, 'encodeEvent', event);
  const wanted = {
    event: event.event ?? 'message',
    id: event.id ?? '',
    data: event.data!.replaceAll(/\r\n?/g, '\n'),
  };
  // Another event after it shows whether this one has ended.
  const next = { event: 'message', id: wanted.id, data: trial.data.word() };
  const after = await textOf(trial, learner, 'encodeEvent', {
    data: next.data,
  });
  const { events, retry } = read(text + after);
  const came = Buffer.from(text);
  const fail = (parts: Partial<FailureParts> & { title: string }) =>
    trial.fail({
      sent: call('encodeEvent', event),
      expected: `a page that gets ${JSON.stringify({ ...wanted, ...(event.retry !== undefined && { retry: event.retry }) })}`,
      came,
      section,
      ...parts,
    });

  const strange = strangeLine(text, event);
  if (strange) fail({ title: line, ...strange });
  if (read(text).events.length === 0)
    fail({
      title: 'The event does not end',
      at: came.length,
      note: 'an empty line is missing here, so no event fires',
    });
  const rest = JSON.stringify(events);
  if (rest !== JSON.stringify([wanted, next]))
    fail({
      title: 'The page gets another event',
      note: `the page gets ${JSON.stringify(events.slice(0, -1))}`,
      at: firstDifference(text, wanted),
    });
  if (retry !== event.retry)
    fail({ title: 'The page gets another retry', note: String(retry) });
}

/** The first line that is a field which was not given. */
function strangeLine(text: string, event: StreamEvent) {
  const given: Record<string, unknown> = { ...event };
  const lines = /([^\r\n]*)(?:\r\n|\r|\n|$)/g;
  for (const { 0: all, 1: line = '', index } of text.matchAll(lines)) {
    if (all === '' || line === '') continue;
    const [field = '', ...rest] = line.split(':');
    const value = rest.join(':').replace(/^ /, '');
    const known = field === '' || field === 'data';
    if (known || String(given[field]) === value) continue;
    const at = Buffer.byteLength(text.slice(0, index));
    const fields = ['event', 'id', 'retry'];
    const what = fields.includes(field)
      ? `the field "${field}"`
      : 'a field that the format does not know';
    return { at, note: `here a new line begins: ${what}` };
  }
  return undefined;
}

/** The byte of the text after which its event can no longer be the wanted one. */
function firstDifference(text: string, wanted: object): number {
  const bytes = Buffer.from(text);
  for (let end = 1; end <= bytes.length; end += 1) {
    const [first] = read(bytes.toString('utf8', 0, end)).events;
    if (first && JSON.stringify(first) !== JSON.stringify(wanted))
      return end - 1;
  }
  return bytes.length;
}

async function mustBeComment(
  trial: CheckContext,
  learner: Learner,
  text: string,
) {
  const came = await textOf(trial, learner, 'encodeComment', text);
  const fired = 'x';
  const { events, comments } = read(`${came}data: ${fired}\n\n`);
  const wanted = text.split(/\r\n?|\n/);
  const strange = strangeLine(came.replaceAll(/^data/gm, 'Data'), {});
  const parts = {
    sent: call('encodeComment', text),
    expected: `comments, and nothing else: ${JSON.stringify(wanted)}`,
    came: Buffer.from(came),
    section,
  };
  if (strange)
    trial.fail({
      title: 'A line of the comment is not a comment',
      ...parts,
      ...strange,
    });
  const isAlone = events.length === 1 && events[0]!.data === fired;
  if (!isAlone)
    trial.fail({ title: 'The comment changes which events fire', ...parts });
  const said = comments.filter((line) => line !== '').join();
  if (said !== wanted.filter((line) => line !== '').join())
    trial.fail({
      title: 'The comment has another text',
      ...parts,
      note: `its text is ${JSON.stringify(comments)}`,
      at: 0,
    });
}

async function textOf(
  trial: CheckContext,
  learner: Learner,
  name: string,
  given: unknown,
): Promise<string> {
  const text = await learner.call(name, given);
  if (typeof text === 'string') return text;
  return trial.fail({
    title: `${name} did not return a string`,
    sent: call(name, given),
    expected: 'a string: the lines',
    came: JSON.stringify(text) ?? 'undefined',
  });
}

const call = (name: string, given: unknown) =>
  `${name}(${JSON.stringify(given)})`;

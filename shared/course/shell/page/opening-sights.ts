/**
 * What an opening shows of a run: texts that are the bytes of units, and numbers
 * that are their places and sizes.
 */
import {
  isUnit,
  type Details,
  type Line,
  type UnitLine,
} from '@on-the-wire/viewer/source.ts';
import { live } from '@on-the-wire/viewer/pane/live.ts';

/** What was found for one thing that is to be shown: texts only. */
export interface OpeningSight {
  /** Lines as they were sent, or as the page shows them. */
  code: string[];
  /** About it, in words. */
  words: string;
  /** The number of the line of the wire that shows it. */
  unit?: number;
}

// ---- Requests and their responses so far ----

interface Exchange {
  request?: UnitLine;
  response?: UnitLine;
}
const MOST_EXCHANGES = 300;
const exchanges = new Map<string, Exchange>();
const nameOf = ({ connection, exchange }: UnitLine) =>
  `${connection}/${exchange}`;

/** Remembers where the headers of a request and of its response are. */
export function keepExchange(line: Line): void {
  const isRequest = line.kind === 'http/1.1 request headers';
  if (!isUnit(line)) return;
  if (!isRequest && line.kind !== 'http/1.1 response headers') return;
  const name = nameOf(line);
  const known = exchanges.get(name);
  exchanges.set(name, {
    ...known,
    ...(isRequest ? { request: line } : { response: line }),
  });
  if (exchanges.size > MOST_EXCHANGES)
    exchanges.delete([...exchanges.keys()][0] ?? '');
}

/** The smallest request of the browser in this run, without bodies. */
export async function cheapestExchange(): Promise<OpeningSight> {
  const all = [...exchanges.values()]
    .flatMap(({ request, response }) =>
      request && response && !/^1\d\d /.test(response.summary)
        ? { request, response, size: request.size + response.size }
        : [],
    )
    .sort((a, b) => a.size - b.size);
  for (const { request, response, size } of all) {
    const details = await live.readDetails(request.n);
    // Other programs than a browser send less.
    if (!details?.fields.some(({ label }) => /^sec-fetch-/i.test(label)))
      continue;
    const [line = ''] = linesOf(details);
    return {
      code: [line],
      words: `${bytes(size)} without any body: ${request.size} for the request’s headers, ${response.size} for the response’s. No other request of this run costs less.`,
      unit: request.n,
    };
  }
  return { code: [], words: 'No request of this page is kept in the wire.' };
}

// ---- One sight ----

/**
 * @param line the line that was looked for, where one was
 * @param values what the page shows
 * @param before the line that was found before it
 * @param came all lines since the press
 */
export async function sightOf({
  line,
  values,
  before,
  came,
  fields,
}: {
  line: Line | undefined;
  values: readonly string[];
  before: Line | undefined;
  came: readonly Line[];
  /** The headers that the condition has named. */
  fields: readonly string[];
}): Promise<OpeningSight> {
  // What stands side by side in the page is one line here, too.
  const shown = values.join(' ');
  if (!line) return { code: [shown], words: '' };
  const unit = line.n;
  if (values.length > 0) return { code: [shown], words: line.summary, unit };
  if (!isUnit(line)) {
    const times = came.filter(
      ({ kind, summary }) => kind === line.kind && summary === line.summary,
    ).length;
    return { code: [line.summary], words: timesOf(times), unit };
  }
  const details = await live.readDetails(unit);
  if (!details?.bytes) return { code: [line.summary], words: '', unit };
  const later = before
    ? `${((line.time - before.time) / 1000).toFixed(1)} s later`
    : '';
  switch (line.kind) {
    case 'no event':
      return { ...(await cutEvent(line, details, came)), unit };
    case 'http/1.1 request headers': {
      const [first = '', ...rest] = linesOf(details);
      const named = rest.filter((each) =>
        fields.some((field) =>
          each.toLowerCase().startsWith(`${field.toLowerCase()}:`),
        ),
      );
      return { code: [first, ...named], words: later, unit };
    }
    case 'http/1.1 response headers': {
      const size = sizeOfResponse(line, came);
      return { code: [linesOf(details)[0] ?? ''], words: bytes(size), unit };
    }
    case 'websocket binary': {
      const hex = [...details.bytes]
        .map((byte) => byte.toString(16).padStart(2, '0'))
        .join(' ');
      const own = `${line.payload} for the message itself`;
      return { code: [hex], words: `${bytes(line.size)}: ${own}.`, unit };
    }
    default:
      return { code: [line.summary], words: later, unit };
  }
}

/** The event that was cut, up to the cut; whole if it was sent again since. */
async function cutEvent(
  line: UnitLine,
  details: Details,
  came: readonly Line[],
): Promise<OpeningSight> {
  const text = textOf(details);
  const { response } = exchanges.get(nameOf(line)) ?? {};
  const start =
    response && (await live.readDetails(response.n))?.ranges[0]?.[0];
  const end = details.ranges.at(-1)?.[1];
  const at =
    start === undefined || end === undefined
      ? ''
      : `Stopped at byte ${count(end - start)} of the response, after `;
  const whole = await sentAgain(text, line, came);
  const of =
    whole === undefined
      ? `${line.size} bytes of the event`
      : `${line.size} of the event’s ${whole} bytes`;
  return {
    code: [...text.split('\n').slice(0, -1), `${text.split('\n').at(-1)}⚡`],
    words: `${at}${of}.`,
  };
}

/** How many bytes an event has that begins with these, sent later. */
async function sentAgain(
  text: string,
  cut: UnitLine,
  came: readonly Line[],
): Promise<number | undefined> {
  const events = came
    .filter(
      (line): line is UnitLine =>
        line.n > cut.n && line.kind === 'event' && isUnit(line),
    )
    .slice(0, 20);
  for (const event of events) {
    const details = await live.readDetails(event.n);
    if (details && textOf(details).startsWith(text)) return event.size;
  }
  return undefined;
}

/** Headers and body; the body's parts may be on several lines. */
function sizeOfResponse(headers: UnitLine, came: readonly Line[]): number {
  return came
    .filter(
      (line): line is UnitLine =>
        isUnit(line) &&
        line.layer === 0 &&
        line.direction === headers.direction &&
        nameOf(line) === nameOf(headers),
    )
    .reduce((sum, { size }) => sum + size, 0);
}

const textOf = ({ bytes: all }: Details) => new TextDecoder().decode(all);
const linesOf = (details: Details) => textOf(details).split('\r\n');
const count = (n: number) => n.toLocaleString('en');
const bytes = (n: number) => `${count(n)} bytes`;
const timesOf = (n: number) => (n === 1 ? 'once' : `${n} times`);

/** Lines, fields and texts in all forms that an event stream may have: HTML, 9.2.5. */
import type { Form } from './answer.ts';
import type { Begin, Finish } from './call.ts';

const lineEnds = [
  { name: 'LF', ends: ['\n'] },
  { name: 'CR LF', ends: ['\r\n'] },
  { name: 'CR', ends: ['\r'] },
  { name: 'LF, CR LF and CR, in turns', ends: ['\n', '\r\n', '\r'] },
];

/** Each form in whole reads, and in reads that end after each CR and LF. */
export async function formed(begun: Begin, finish: Finish): Promise<void> {
  const more: [string, Form][] = [
    ['no space after the colon', { space: '' }],
    ['the id after the data', { idLast: true }],
    ['several data lines', { lines: true }],
    [
      'a comment, and a field that nobody knows',
      { before: [': data: no', 'kind: chunk', ':'] },
    ],
  ];
  for (const { name, ends } of lineEnds) {
    const call = await begun();
    // In turns they fit only an event of three lines: a CR before an LF that
    // ends an empty line would be one end, and not two.
    for (const [what, form] of ends.length > 1 ? more.slice(0, 2) : more) {
      // After a lone CR one may wait for what follows: it may be an LF.
      const next = () => {
        const event = call.answer.piece({ ...form, ends });
        const comment = Buffer.from(`:${ends[0]}`);
        const bytes = Buffer.concat([event.bytes, comment]);
        return { ...event, bytes };
      };
      const sent = `an event whose lines end with ${name}: ${what}`;
      await call.sends(next(), sent);
      const event = next();
      const reads = event.bytes.keys().filter((at) => {
        const before = event.bytes[at - 1];
        return before === 10 || before === 13;
      });
      const also = `${sent}; a read ends after each CR and each LF`;
      await call.sends(event, also, { reads: [...reads] });
    }
    await finish(call, 'one event more');
  }
  // What looks like something else, and is text.
  const call = await begun();
  const texts = [
    '[DONE]',
    '"finish_reason":"stop"',
    '{"error":{}}',
    'data: id: 9\n\n',
    '\u2028',
  ];
  for (const text of texts) {
    const piece = `${call.answer.newPiece()}${text} `;
    const sent = `an event whose text has ${JSON.stringify(text)} in it`;
    await call.sends(call.answer.piece({}, piece), sent);
  }
  for (const text of ['[DONE]', 'error', 'finish_reason', 'stop']) {
    const sent = `an event whose text is ${JSON.stringify(text)}`;
    await call.sends(call.answer.piece({}, text), sent);
  }
  await finish(call, 'one event more');
}

/** A long response: each line is written when there is room for it. */
import { once } from 'node:events';
import { boards } from './boards.ts';
import { closeSignal, type Exchange } from './exchange.ts';

/** Sends each station's board for each day of the year, as lines of JSON. */
export async function sendTimetable({ response }: Exchange) {
  const signal = closeSignal(response);
  response.setHeader('Content-Type', 'application/jsonl');
  // Not `no-store`: of a response that a page does not read, the browser may
  // then request only as much as one window of flow control.
  response.setHeader('Cache-Control', 'no-cache');
  for (let day = 1; day <= 365; day += 1) {
    for (const board of boards) {
      const hasRoom = response.write(`{"day":${day},"board":${board}}\n`);

      // No room: flow control does not allow more yet. We wait, until the
      // client leaves. To write on would fill our own memory.
      if (!hasRoom) await once(response, 'drain', { signal });
    }
  }
  response.end();
}

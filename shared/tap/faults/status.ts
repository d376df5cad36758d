import type { FaultKind } from './kind.ts';
import { Stage, type Item } from './stage.ts';

/** RFC 9112, 3: a method, a target, HTTP/1.x, and the end of the line. */
const REQUEST_LINE = /^[!#$%&'*+.^_`|~0-9A-Z-]+ [^ \r\n]+ HTTP\/1\.[01]\r?\n/;

/** On a connection that is open already: waits for its next request. */
class RespondsNext extends Stage {
  push(item: Item): void {
    const start = item.bytes?.subarray(0, 16_384).toString('latin1') ?? '';
    if (item.bytes && REQUEST_LINE.test(start))
      this.context.respond(item.bytes);
    else this.next.push(item);
  }
}

/** Retry-After counts whole seconds: nobody is told to come too early. */
const secondsOf = (ms: number) => Math.ceil(ms / 1000);

/** Responds in place of the server, with a status code of its own. */
export const status: FaultKind<'code' | 'retry'> = {
  name: 'status',
  sentence:
    'Acts like a gateway that cannot reach the server: it responds itself, with this status code. The only fault that speaks HTTP: HTTP/1.1, and HTTP/2 on new connections.',
  usual: 'up',
  directed: false,
  parameters: {
    code: {
      label: 'code',
      meaning: 'the status code of the response',
      unit: '',
      least: 400,
      most: 599,
      usual: 502,
    },
    retry: {
      label: 'retry',
      meaning: 'what Retry-After says; 0 is none',
      unit: 'ms',
      least: 0,
      most: 3_600_000,
      usual: 0,
    },
  },
  describe: ({ code, retry }) => {
    const after = retry > 0 ? `, Retry-After: ${secondsOf(retry)}` : '';
    return `Responds to the next request of each connection with ${code}${after}; the server does not get it.`;
  },
  start: ({ code, retry }) => ({
    status: { code, ...(retry > 0 && { retryAfter: secondsOf(retry) }) },
    stage: (context) => new RespondsNext(context),
  }),
};

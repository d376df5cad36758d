/** Which pages CORS gives a response, and which not: Fetch, 3.3. */
import { createServer, type IncomingMessage, request } from 'node:http';
import type { Departure } from '@on-the-wire/shared/board/update.ts';
import type {
  Check,
  FailureParts,
  Served,
  CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import type { Page } from '@on-the-wire/browser/browser.ts';

const section = 'Fetch, 3.3: CORS protocol';
const allowing = 'access-control-allow-origin';

export default {
  browser: true,
  starter: 'The response to a request with a cookie is withheld',

  async run(trial) {
    const { data } = trial;
    const allowed = await openPage(trial);
    const learner = await trial.start();
    const { origin: from } = allowed;
    // The second name is that of an earlier build: files made for it still pass.
    const server = await learner.serve({
      allowedOrigin: from,
      neighbour: from,
    });
    const raw = (how: Sent) => send(trial, server, how);
    const curl = (line: string) =>
      `curl -si -H 'Origin: http://127.0.0.1:4002' ${line}`;

    /** The page gets a response with this status code; else it fails so. */
    const mustGet = async (
      status: number,
      path: string,
      init: RequestInit,
      otherwise: () => Promise<Partial<FailureParts> & { title: string }>,
    ) => {
      const got = await allowed.fetch(`${server.origin}${path}`, init);
      if (got.status === status) return;
      const { method = 'GET', credentials } = init;
      const cookie = credentials === 'include' ? ', with the cookie' : '';
      trial.fail({
        sent: `${method} ${path}${cookie}, from a page of ${from}`,
        expected: `the page gets a ${status}`,
        came: got.status ? `a ${got.status}` : `in the page: ${got.error}`,
        section,
        ...(got.status
          ? {
              title: `The allowed page gets a status code other than ${status}`,
            }
          : await otherwise()),
      });
    };

    await trial.step('the allowed page reads the board', async () => {
      await mustGet(200, '/board', {}, async () => ({
        title: 'The allowed page does not get the board',
        ...(await raw({ path: '/board', origin: from })).parts(),
        tryIt: curl(`${trial.live}/board`),
      }));
    });

    await trial.step('with the cookie of its user', async () => {
      await allowed.signIn(server);
      const credentials = 'include';
      await mustGet(200, '/board', { credentials }, async () => {
        const response = await raw({ path: '/board', origin: from });
        const isStar = response.header(allowing) === '*';
        return {
          title: isStar
            ? 'With a cookie, * allows nobody'
            : 'The response to a request with a cookie is withheld',
          expected: `${allowing}: ${from}, and …-credentials: true`,
          ...response.parts(
            isStar ? '*' : undefined,
            isStar ? 'here the origin must be named' : 'one header is missing',
          ),
          tryIt: curl(`${trial.live}/board`),
        };
      });
    });

    await trial.step('its PUT, after a preflight', async () => {
      const { departures, n } = (await server.feed.snapshot()).data;
      const body = report(departures, data.whole(1, 60));
      await mustGet(200, '/delays', put(body), async () => {
        const response = await raw({
          method: 'OPTIONS',
          path: '/delays',
          origin: from,
          headers: {
            'Access-Control-Request-Method': 'PUT',
            'Access-Control-Request-Headers': 'content-type',
          },
        });
        const { status } = response;
        const list = (name: string) =>
          (response.header(`access-control-allow-${name}`) ?? '')
            .toLowerCase()
            .split(/\s*,\s*/);
        let title = 'The response to the PUT is withheld';
        let note = 'a header is missing, so the PUT is never sent';
        const isRefused = status < 200 || status > 299;
        if (isRefused) title = 'The preflight gets no 2xx';
        else if (!list('methods').includes('put'))
          title = 'The preflight does not allow PUT';
        else if (!list('headers').includes('content-type'))
          title = 'The preflight does not allow Content-Type';
        else note = 'all of that is right, yet the page gets no response';
        if (isRefused) note = 'and so the PUT is never sent';
        return {
          title,
          sent: `OPTIONS /delays, before a PUT from a page of ${from}`,
          expected: `a 2xx that allows PUT and Content-Type for ${from}`,
          ...response.parts(isRefused ? String(status) : undefined, note),
          tryIt: curl(
            `-X OPTIONS -H 'Access-Control-Request-Method: PUT' ${trial.live}/delays`,
          ),
        };
      });
      const after = (await server.feed.snapshot()).data.n;
      if (after === n)
        trial.fail({
          title: 'The PUT got a response, but nothing has changed',
          sent: `PUT /delays ${body}`,
          expected: `an update with "n":${n + 1}`,
          came: 'none',
        });
    });

    await trial.step('errors, too', async () => {
      const withheld = (how: Sent) => async () => ({
        title: 'The page does not get the status code of an error',
        ...(await raw({ ...how, origin: from })).parts(
          undefined,
          'the status code is there, and the page may not see it',
        ),
      });
      const nothing = put('{}');
      const method = 'PUT';
      const path = '/delays';
      await mustGet(
        401,
        path,
        { ...nothing, credentials: 'omit' },
        withheld({ method, path }),
      );
      await mustGet(400, path, nothing, withheld({ method, path }));
      const nowhere = `/${data.word()}`;
      await mustGet(404, nowhere, {}, withheld({ path: nowhere }));
    });

    await trial.step('a page of another origin reads nothing', async () => {
      const other = await openPage(trial);
      await other.signIn(server);
      const { departures, n } = (await server.feed.snapshot()).data;
      const body = report(departures, data.whole(1, 60));
      for (const [path, init] of [
        ['/board', {}],
        ['/board', { credentials: 'include' }],
        ['/delays', put(body)],
      ] as const) {
        const got = await other.fetch(`${server.origin}${path}`, init);
        const after = (await server.feed.snapshot()).data.n;
        if (!got.status && after === n) continue;
        const response = await raw({ path: '/board', origin: other.origin });
        trial.fail({
          title:
            after === n
              ? 'A page of another origin reads the board'
              : 'A page of another origin changes the board',
          sent: `${'method' in init ? init.method : 'GET'} ${path}, from a page of ${other.origin}`,
          expected: `a response that the browser withholds: only ${from} may read it`,
          ...response.parts(other.origin, 'this allows it'),
          tryIt: `curl -si -H 'Origin: http://127.0.0.1:9999' ${trial.live}/board`,
          section,
        });
      }
    });

    await trial.step(
      'nor one that only looks like the allowed one',
      async () => {
        const origins = [
          `${from}.example`,
          `${from}0`,
          from.replace('http:', 'https:'),
          from.replace('//', `//${data.word()}.`),
          'null',
        ];
        for (const origin of origins) {
          const response = await raw({ path: '/board', origin });
          const found = response.header(allowing);
          if (found !== origin && found !== '*') continue;
          trial.fail({
            title: 'An origin that looks like the allowed one is allowed',
            sent: `GET /board, Origin: ${origin}`,
            expected: `only ${from}, and nothing that contains it`,
            ...response.parts(found, 'this allows it'),
            tryIt: `curl -si -H 'Origin: http://127.0.0.1:40021' ${trial.live}/board`,
            section: 'RFC 6454, 5',
          });
        }
      },
    );

    await trial.step('a cache on the way mixes nothing up', async () => {
      const origins = [from, `http://${data.word()}.example`, undefined];
      const responses = [];
      for (const origin of origins)
        responses.push(
          await raw({ path: '/board', ...(origin && { origin }) }),
        );
      const values = responses.map((response) => response.header(allowing));
      // If all responses are the same, a cache cannot mix them up.
      if (new Set(values).size === 1) return;
      for (const [index, response] of responses.entries()) {
        const names = (response.header('vary') ?? '')
          .toLowerCase()
          .split(/\s*,\s*/);
        if (names.includes('origin') || names.includes('*')) continue;
        const { live } = trial;
        trial.fail({
          title: 'A cache would give one origin what was meant for another',
          sent: `GET /board, ${origins[index] ? `Origin: ${origins[index]}` : 'without an Origin'}`,
          expected: 'Vary: Origin, because other origins get another response',
          ...response.parts(undefined, 'stored, and used for any other origin'),
          tryIt: `curl -si ${live}/board`,
          section: 'RFC 9110, 12.5.5',
        });
      }
    });
  },
} satisfies Check;

const put = (body: string): RequestInit => ({
  method: 'PUT',
  headers: { 'Content-Type': 'application/json' },
  credentials: 'include',
  body,
});

/** A report of the staff: a train that has not left is so many minutes late. */
function report(departures: Departure[], minutes: number): string {
  const { train } = departures.find(({ status }) => status === 'scheduled')!;
  return JSON.stringify({ train, minutes });
}

/** An empty page of an origin of its own. */
async function openPage(trial: CheckContext) {
  const html = '<!doctype html><link rel="icon" href="data:,">';
  const own = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(html);
  });
  const { origin } = await trial.listen(own);
  const page: Page = await trial.page();
  await page.goto(origin);

  /** What the page gets: a status code, or 0 and an error. */
  const fetchIn = (url: string, init: RequestInit) =>
    trial.within(
      page.evaluate(
        async ([address, options]) => {
          try {
            const { status } = await fetch(address, options);
            return { status, error: '' };
          } catch (error) {
            return { status: 0, error: String(error) };
          }
        },
        [url, init as object] as const,
      ),
      () => ({
        title: 'A request of the page gets no response',
        sent: `${init.method ?? 'GET'} ${url}`,
        expected: 'a response',
        came: 'nothing',
      }),
    );

  return {
    origin,
    fetch: fetchIn,
    /** Sets the cookie, although the page may not read the response. */
    signIn: (server: Served) =>
      fetchIn(`${server.origin}/sign-in`, {
        method: 'POST',
        mode: 'no-cors',
        credentials: 'include',
      }),
  };
}

interface Sent {
  method?: string;
  path: string;
  origin?: string;
  headers?: Record<string, string>;
}

/** Sends a request as curl does, which shows everything. */
async function send(trial: CheckContext, server: Served, how: Sent) {
  const { method = 'GET', path, origin, headers } = how;
  const outgoing = request({
    host: '127.0.0.1',
    port: server.port,
    agent: false,
    method,
    path,
    headers: { ...headers, ...(origin && { Origin: origin }) },
  });
  const client = { port: 0 };
  const response = await trial.within(
    new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.on('response', resolve).on('error', reject).end();
      outgoing.on('socket', (socket) =>
        socket.on('connect', () => (client.port = socket.localPort!)),
      );
    }),
    (why) => ({
      title: 'A request gets no response',
      sent: `${method} ${path}`,
      expected: 'a response',
      came: why.message,
    }),
  );
  response.resume();
  const { statusCode = 0, statusMessage, rawHeaders } = response;
  let lines = `HTTP/1.1 ${statusCode} ${statusMessage}\r\n`;
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (/^(access-control-|vary)/i.test(rawHeaders[at]!))
      lines += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`;

  return {
    status: statusCode,
    header: (name: string) => response.headers[name] as string | undefined,
    /** The status line and the headers of CORS; points at this text in them. */
    parts(text?: string, note?: string): Partial<FailureParts> {
      const at = text ? lines.indexOf(text) : lines.length;
      return {
        came: Buffer.from(lines),
        at: at < 0 ? lines.length : at,
        note,
        wire: { client: client.port, direction: 'down' },
      };
    },
  };
}

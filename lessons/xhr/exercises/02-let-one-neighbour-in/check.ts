/** Which pages CORS gives a response, and which not: Fetch, 3.3. */
import { createServer, type IncomingMessage, request } from 'node:http';
import type { Departure } from '@on-the-wire/shared/board/update.ts';
import type {
  Check,
  FailureParts,
  Served,
  CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import type { Page } from '@on-the-wire/browser/page.ts';

const section = 'Fetch, 3.3: CORS protocol';
const allowing = 'access-control-allow-origin';
const withCookies = 'access-control-allow-credentials';

const titles = {
  board: 'The allowed page does not get the board',
  cookie: 'The response to a request with a cookie is withheld',
  put: 'The response to the PUT is withheld',
  error: 'The page does not get the status code of an error',
  signIn: 'The allowed page cannot sign its user in',
};

export default {
  browser: true,
  starter: titles.cookie,

  async run(trial) {
    const { data } = trial;
    const [allowed, other, learner] = await Promise.all([
      openPage(trial),
      openPage(trial),
      trial.start(),
    ]);
    const { origin: from } = allowed;
    // The second name is that of an earlier build: files made for it still pass.
    const server = await learner.serve({
      allowedOrigin: from,
      neighbour: from,
    });
    const raw = (how: Sent) => send(trial, server, how);
    const updates = async () => (await server.feed.snapshot()).data.n;
    const someReport = async () => {
      const { departures } = (await server.feed.snapshot()).data;
      return report(departures, data.whole(1, 60));
    };

    /** The page gets a response with this status code; else it is told why. */
    const mustGet = async (
      status: number,
      path: string,
      init: RequestInit,
      title: string,
      when = '',
    ) => {
      const got = await allowed.fetch(`${server.origin}${path}`, init);
      if (got.status === status) return;
      const { method = 'GET', credentials } = init;
      const told = {
        sent: `${method} ${path}${credentials === 'include' ? ", with credentials: 'include'" : ''}${when}, from a page of ${from}`,
        expected: `the page gets a ${status}`,
        section,
      };
      if (got.status)
        return trial.fail({
          ...told,
          title: `The allowed page gets a status code other than ${status}`,
          came: `a ${got.status}`,
        });
      const at = `${trial.live}${path}`;
      const cookie = when === '' ? await cookieOf(raw, from) : undefined;
      const why = await whyWithheld(raw, from, path, init, { cookie, at });
      return trial.fail({ ...told, title, came: got.error, ...why });
    };

    await trial.step('the allowed page reads the board', async () => {
      await mustGet(200, '/board', {}, titles.board);
    });

    await trial.step('with the cookie of its user', async () => {
      const credentials = 'include';
      const before = ', before there is a cookie';
      await mustGet(200, '/board', { credentials }, titles.cookie, before);
      const signsIn = { method: 'POST', credentials } as const;
      await mustGet(204, '/sign-in', signsIn, titles.signIn);
      await mustGet(200, '/board', { credentials }, titles.cookie);
    });

    await trial.step('its PUT, after a preflight', async () => {
      const n = await updates();
      const body = await someReport();
      await mustGet(200, '/delays', put(body), titles.put);
      const after = await updates();
      if (after === n + 1) return;
      trial.fail({
        title:
          after === n
            ? 'The PUT got a response, but nothing has changed'
            : 'One PUT changes the board several times',
        sent: `PUT /delays ${body}`,
        expected: `one update, with "n":${n + 1}`,
        came: after === n ? 'none' : `${after - n} updates`,
      });
    });

    await trial.step('errors, too', async () => {
      const credentials = 'include';
      const noCookie = { ...put('{}'), credentials: 'omit' } as const;
      await mustGet(401, '/delays', noCookie, titles.error);
      await mustGet(400, '/delays', put('{}'), titles.error);
      await mustGet(400, '/delays', put('{'), titles.error);
      await mustGet(404, `/${data.word()}`, {}, titles.error);
      await mustGet(404, `/${data.word()}`, { credentials }, titles.error);
    });

    await trial.step('a page of another origin reads nothing', async () => {
      const signsIn = { method: 'POST', credentials: 'include' } as const;
      const requests: readonly (readonly [string, RequestInit])[] = [
        ['/board', {}],
        ['/board', { credentials: 'include' }],
        ['/delays', put(await someReport())],
        [`/${data.word()}`, {}],
        ['/sign-in', signsIn],
      ];
      await other.fetch(`${server.origin}/sign-in`, signsIn);
      const n = await updates();
      for (const [path, init] of requests) {
        const got = await other.fetch(`${server.origin}${path}`, init);
        const hasChanged = (await updates()) !== n;
        if (!got.status && !hasChanged) continue;
        const { method = 'GET' } = init;
        // What lets a PUT pass is the response to its preflight.
        const isPut = method === 'PUT';
        const response = await raw({
          ...(isPut && preflight),
          path,
          origin: other.origin,
          ...(!isPut && { method }),
        });
        const what = path === '/board' ? 'the board' : 'a response';
        return trial.fail({
          title: hasChanged
            ? 'A page of another origin changes the board'
            : `A page of another origin reads ${what}`,
          sent: `${isPut ? 'OPTIONS, before a PUT to' : method} ${path}, from a page of ${other.origin}`,
          expected: `a response that the browser withholds: only ${from} may read it`,
          ...response.parts(allowing, 'this allows it'),
          tryIt: `curl -si -H 'Origin: http://127.0.0.1:9999' ${trial.live}/board`,
          section,
        });
      }
    });

    await trial.step(
      'nor one that only looks like the allowed one',
      async () => {
        const { port } = new URL(from);
        const origins = [
          `${from}.example`,
          `${from}0`,
          from.slice(0, -1),
          from.replace(`:${port}`, ''),
          from.replace('http:', 'https:'),
          from.replace('//', `//${data.word()}.`),
          from.replaceAll('.', data.pick(['x', '-', '0'])),
          from.replace('127.0.0.1', 'localhost'),
          `http://${data.word()}.example:${port}`,
          'null',
        ];
        const requests: Sent[] = [
          { path: '/board' },
          { path: '/delays', ...preflight },
          { path: `/${data.word()}` },
        ];
        const all = origins.flatMap((origin) =>
          requests.map((each) => ({ ...each, origin })),
        );
        const responses = await Promise.all(all.map(raw));
        for (const [index, response] of responses.entries()) {
          const { origin, path, method = 'GET' } = all[index]!;
          const found = response.header(allowing);
          if (found !== origin && found !== '*') continue;
          return trial.fail({
            title: 'An origin that looks like the allowed one is allowed',
            sent: `${method} ${path}, Origin: ${origin}`,
            expected: `only ${from} is allowed, as a whole`,
            ...response.parts(allowing, 'this allows it'),
            tryIt: `curl -si -H 'Origin: http://127.0.0.1:40021' ${trial.live}/board`,
            section: 'RFC 6454, 5',
          });
        }
      },
    );

    await trial.step('a cache on the way mixes nothing up', async () => {
      for (const path of ['/board', `/${data.word()}`]) {
        const origins = [from, `http://${data.word()}.example`, undefined];
        const responses = await Promise.all(
          origins.map((origin) => raw({ path, ...(origin && { origin }) })),
        );
        const values = responses.map((response) =>
          [allowing, withCookies].map(response.header).join(),
        );
        // If all responses are the same, a cache cannot mix them up.
        if (new Set(values).size === 1) continue;
        for (const [index, response] of responses.entries()) {
          const names = listOf(response.header('vary')?.toLowerCase());
          if (names.includes('origin') || names.includes('*')) continue;
          // Nor one that it must not store.
          const stored = listOf(response.header('cache-control'));
          if (stored.some((each) => /^(no-store|private)$/i.test(each)))
            continue;
          const { live } = trial;
          return trial.fail({
            title: 'A cache would give one origin what was meant for another',
            sent: `GET ${path}, ${origins[index] ? `Origin: ${origins[index]}` : 'without an Origin'}`,
            expected:
              'Vary: Origin, because other origins get another response',
            ...response.parts('vary', 'stored, and used for any other origin'),
            tryIt: `curl -si ${live}/board`,
            section: 'RFC 9110, 12.5.5',
          });
        }
      }
    });

    await trial.step('pages of the server itself work as before', async () => {
      const cookie = await cookieOf(raw, from);
      const json = { 'Content-Type': 'application/json' };
      for (const origin of [server.origin, undefined])
        for (const [status, how] of [
          [200, { path: '/board' }],
          [401, { path: '/delays', method: 'PUT', headers: json, body: '{}' }],
          [
            200,
            {
              path: '/delays',
              method: 'PUT',
              headers: { ...json, Cookie: cookie },
              body: await someReport(),
            },
          ],
        ] as const) {
          const response = await raw({ ...how, ...(origin && { origin }) });
          if (response.status === status) continue;
          const { method = 'GET', path } = how as Sent;
          return trial.fail({
            title: origin
              ? 'A page of the server itself gets another response than before'
              : 'A request without Origin gets another response than before',
            sent: `${method} ${path}, ${origin ? `Origin: ${origin}, that of the server` : 'without Origin'}`,
            expected: `a ${status}`,
            ...response.parts(undefined, 'this request was allowed before'),
            section,
          });
        }
    });
  },
} satisfies Check;

/** What the browser asks before a PUT with JSON. */
const preflight = {
  method: 'OPTIONS',
  headers: {
    'Access-Control-Request-Method': 'PUT',
    'Access-Control-Request-Headers': 'content-type',
  },
};

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

/** The values of a header that lists them. */
const listOf = (value = '') => value.split(/\s*,\s*/);

type Raw = (how: Sent) => ReturnType<typeof send>;

/** The cookie that a page of this origin gets. */
async function cookieOf(raw: Raw, origin: string): Promise<string> {
  const { headers } = await raw({ method: 'POST', path: '/sign-in', origin });
  return String(headers['set-cookie']).split(';')[0]!;
}

/**
 * Sends what the page's browser has sent, and finds the first header for which
 * it withholds the response from the page: Fetch, 3.3, CORS protocol.
 */
async function whyWithheld(
  raw: Raw,
  origin: string,
  path: string,
  { method = 'GET', headers, body, credentials }: RequestInit,
  { cookie, at }: { cookie: string | undefined; at: string },
): Promise<Partial<FailureParts>> {
  const tryIt = `curl -si -H 'Origin: http://127.0.0.1:4002' ${at}`;
  const hasCookie = credentials === 'include';
  const isPut = method === 'PUT';
  if (isPut) {
    const response = await raw({ ...preflight, path, origin });
    const why = whyRefused(response, origin, hasCookie);
    if (why)
      return {
        ...why,
        sent: `OPTIONS ${path}, before a PUT from a page of ${origin}`,
        expected: `a 2xx that allows PUT and Content-Type for ${origin}`,
        tryIt: `${tryIt} -X OPTIONS -H 'Access-Control-Request-Method: PUT'`,
        section,
      };
  }
  const response = await raw({
    method,
    path,
    origin,
    headers: {
      ...(headers as Record<string, string>),
      ...(hasCookie && cookie && { Cookie: cookie }),
    },
    ...(typeof body === 'string' && { body }),
  });
  const why = whyHidden(response, origin, hasCookie);
  const expected = hasCookie
    ? `${allowing}: ${origin}, and …-credentials: true`
    : `${allowing}: ${origin}`;
  const unknown = response.parts(undefined, 'here, all seems to be right');
  return { expected, ...(why ?? unknown), tryIt: isPut ? undefined : tryIt };
}

type RawResponse = Awaited<ReturnType<Raw>>;

/** Why no page gets it, if that is so. */
function whyHidden(
  response: RawResponse,
  origin: string,
  hasCookie: boolean,
): (Partial<FailureParts> & { title?: string }) | undefined {
  const allowed = response.header(allowing);
  if (allowed === undefined)
    return response.parts(undefined, `${allowing} is missing`);
  if (allowed === '*' && hasCookie)
    return {
      title: 'With a cookie, * allows nobody',
      ...response.parts(allowing, 'here the origin must be named'),
    };
  if (allowed !== origin && allowed !== '*')
    return {
      title: 'The allowed origin is not named as it is',
      ...response.parts(allowing, `not exactly ${origin}`),
    };
  const value = response.header(withCookies);
  if (!hasCookie || value === 'true') return undefined;
  return value === undefined
    ? response.parts(undefined, `${withCookies} is missing`)
    : response.parts(withCookies, 'only the word true counts');
}

/** Why the request after the preflight is not sent, if that is so. */
function whyRefused(
  response: RawResponse,
  origin: string,
  hasCookie: boolean,
): (Partial<FailureParts> & { title?: string }) | undefined {
  const { status } = response;
  if (status < 200 || status > 299)
    return {
      title: 'The preflight gets no 2xx',
      ...response.parts('', 'and so the PUT is never sent'),
    };
  const why = whyHidden(response, origin, hasCookie);
  if (why)
    return {
      ...why,
      title:
        why.title ??
        (response.header(allowing) === undefined
          ? 'The preflight does not allow the origin'
          : 'The preflight does not allow cookies'),
    };
  for (const [what, wanted] of [
    ['methods', 'PUT'],
    ['headers', 'Content-Type'],
  ] as const) {
    const name = `access-control-allow-${what}`;
    const value = response.header(name);
    // Names of headers are the same in any case, methods are not.
    const same = (text: string) =>
      what === 'headers' ? text.toLowerCase() : text;
    const list = listOf(value).map(same);
    if (list.includes(same(wanted))) continue;
    if (list.includes('*') && !hasCookie) continue;
    const note =
      value === undefined
        ? `${name} is missing, so the PUT is never sent`
        : list.includes('*')
          ? 'with a cookie, * is a name like any other'
          : `${wanted} is not in the list`;
    return {
      title: `The preflight does not allow ${wanted}`,
      ...response.parts(value === undefined ? undefined : name, note),
    };
  }
  return undefined;
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

  return { origin, fetch: fetchIn };
}

interface Sent {
  method?: string;
  path: string;
  origin?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Sends a request as curl does, which shows everything. */
async function send(trial: CheckContext, server: Served, how: Sent) {
  const { method = 'GET', path, origin, headers, body } = how;
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
      outgoing.on('response', resolve).on('error', reject).end(body);
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
    headers: response.headers,
    header: (name: string) => response.headers[name] as string | undefined,
    /**
     * The status line and the headers that matter here; points at the value of
     * one of them, at the status code (''), or at the end.
     */
    parts(name?: string, note?: string): Partial<FailureParts> {
      const end = lines.length;
      let at = name === '' ? 'HTTP/1.1 '.length : end;
      if (name) {
        const line = new RegExp(`^${name}: `, 'im').exec(lines);
        at = line ? line.index + line[0].length : end;
      }
      return {
        came: Buffer.from(lines),
        at: Buffer.byteLength(lines.slice(0, at)),
        note,
        wire: { client: client.port, direction: 'down' },
      };
    },
  };
}

/** Who gets an answer, and who does not: WHATWG Fetch, 3.3. */
import { createServer, type IncomingMessage, request } from 'node:http';
import type { Departure } from '@on-the-wire/shared/board/update.ts';
import type {
  Check,
  FailureParts,
  Served,
  CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import type { Page } from '@on-the-wire/browser/browser.ts';

const section = 'WHATWG Fetch 3.3';
const allowed = 'access-control-allow-origin';

export default {
  browser: true,
  starter: 'The answer to a request with a cookie is withheld',

  async run(trial) {
    const { data } = trial;
    const neighbour = await openPage(trial);
    const learner = await trial.start();
    const server = await learner.serve({ neighbour: neighbour.origin });
    const raw = (how: Asking) => ask(trial, server, how);
    const from = neighbour.origin;
    const curl = (line: string) =>
      `curl -si -H 'Origin: http://127.0.0.1:4002' ${line}`;

    /** The page gets an answer with this status; else this is told. */
    const mustGet = async (
      status: number,
      path: string,
      init: RequestInit,
      otherwise: () => Promise<Partial<FailureParts> & { title: string }>,
    ) => {
      const got = await neighbour.fetch(`${server.origin}${path}`, init);
      if (got.status === status) return;
      const { method = 'GET', credentials } = init;
      const cookie = credentials === 'include' ? ', with the cookie' : '';
      trial.fail({
        sent: `${method} ${path}${cookie}, from a page of ${from}`,
        expected: `the page gets a ${status}`,
        came: got.status ? `a ${got.status}` : `in the page: ${got.error}`,
        section,
        ...(got.status
          ? { title: `The neighbour gets another status than ${status}` }
          : await otherwise()),
      });
    };

    await trial.step('the neighbour reads the board', async () => {
      await mustGet(200, '/board', {}, async () => ({
        title: 'The neighbour does not get the board',
        ...(await raw({ path: '/board', origin: from })).parts(),
        tryIt: curl(`${trial.live}/board`),
      }));
    });

    await trial.step('with the cookie of its reader', async () => {
      await neighbour.signIn(server);
      const credentials = 'include';
      await mustGet(200, '/board', { credentials }, async () => {
        const answer = await raw({ path: '/board', origin: from });
        const isStar = answer.header(allowed) === '*';
        return {
          title: isStar
            ? 'With a cookie, * lets nobody in'
            : 'The answer to a request with a cookie is withheld',
          expected: `${allowed}: ${from}, and …-credentials: true`,
          ...answer.parts(
            isStar ? '*' : undefined,
            isStar ? 'here the origin must be named' : 'one line is missing',
          ),
          tryIt: curl(`${trial.live}/board`),
        };
      });
    });

    await trial.step('its PUT, asked for beforehand', async () => {
      const { departures, n } = (await server.feed.snapshot()).data;
      const body = report(departures, data.whole(1, 60));
      await mustGet(200, '/delays', put(body), async () => {
        const answer = await raw({
          method: 'OPTIONS',
          path: '/delays',
          origin: from,
          headers: {
            'Access-Control-Request-Method': 'PUT',
            'Access-Control-Request-Headers': 'content-type',
          },
        });
        const { status } = answer;
        const list = (name: string) =>
          (answer.header(`access-control-allow-${name}`) ?? '')
            .toLowerCase()
            .split(/\s*,\s*/);
        let title = 'The answer to the PUT is withheld';
        let note = 'a line is missing, so the PUT is never sent';
        const isRefused = status < 200 || status > 299;
        if (isRefused) title = 'The preflight is refused';
        else if (!list('methods').includes('put'))
          title = 'The preflight does not allow PUT';
        else if (!list('headers').includes('content-type'))
          title = 'The preflight does not allow Content-Type';
        else note = 'the page has still got no answer';
        if (isRefused) note = 'and so the PUT is never sent';
        return {
          title,
          sent: `OPTIONS /delays, before a PUT of ${from}`,
          expected: `a 2xx that allows ${from} PUT and Content-Type`,
          ...answer.parts(isRefused ? String(status) : undefined, note),
          tryIt: curl(
            `-X OPTIONS -H 'Access-Control-Request-Method: PUT' ${trial.live}/delays`,
          ),
        };
      });
      const after = (await server.feed.snapshot()).data.n;
      if (after === n)
        trial.fail({
          title: 'The PUT was answered, and nothing has changed',
          sent: `PUT /delays ${body}`,
          expected: `an update with "n":${n + 1}`,
          came: 'none',
        });
    });

    await trial.step('errors, too', async () => {
      const told = (how: Asking) => async () => ({
        title: 'An error reaches the page as no answer at all',
        ...(await raw({ ...how, origin: from })).parts(
          undefined,
          'the status is there, and the page may not see it',
        ),
      });
      const nothing = put('{}');
      const method = 'PUT';
      const path = '/delays';
      await mustGet(
        401,
        path,
        { ...nothing, credentials: 'omit' },
        told({ method, path }),
      );
      await mustGet(400, path, nothing, told({ method, path }));
      const nowhere = `/${data.word()}`;
      await mustGet(404, nowhere, {}, told({ path: nowhere }));
    });

    await trial.step('a stranger reads nothing', async () => {
      const stranger = await openPage(trial);
      await stranger.signIn(server);
      const { departures, n } = (await server.feed.snapshot()).data;
      const body = report(departures, data.whole(1, 60));
      for (const [path, init] of [
        ['/board', {}],
        ['/board', { credentials: 'include' }],
        ['/delays', put(body)],
      ] as const) {
        const got = await stranger.fetch(`${server.origin}${path}`, init);
        const after = (await server.feed.snapshot()).data.n;
        if (!got.status && after === n) continue;
        const answer = await raw({ path: '/board', origin: stranger.origin });
        trial.fail({
          title:
            after === n
              ? 'A stranger reads the board'
              : 'A stranger changes the board',
          sent: `GET ${path}, from a page of ${stranger.origin}`,
          expected: `an answer that the browser withholds: only ${from} may`,
          ...answer.parts(stranger.origin, 'this lets it in'),
          tryIt: `curl -si -H 'Origin: http://127.0.0.1:9999' ${trial.live}/board`,
          section,
        });
      }
    });

    await trial.step('nor who only looks like the neighbour', async () => {
      const origins = [
        `${from}.example`,
        `${from}0`,
        from.replace('http:', 'https:'),
        from.replace('//', `//${data.word()}.`),
        'null',
      ];
      for (const origin of origins) {
        const answer = await raw({ path: '/board', origin });
        const found = answer.header(allowed);
        if (found !== origin && found !== '*') continue;
        trial.fail({
          title: 'A stranger who looks like the neighbour is let in',
          sent: `GET /board, Origin: ${origin}`,
          expected: `only ${from}, and nothing that contains it`,
          ...answer.parts(found, 'this lets it in'),
          tryIt: `curl -si -H 'Origin: http://127.0.0.1:4002.example' ${trial.live}/board`,
          section: 'RFC 6454 5',
        });
      }
    });

    await trial.step('a cache on the way mixes up nobody', async () => {
      const asked = [from, `http://${data.word()}.example`, undefined];
      const answers = [];
      for (const origin of asked)
        answers.push(await raw({ path: '/board', ...(origin && { origin }) }));
      const says = answers.map((answer) => answer.header(allowed));
      // Who says the same to everybody has nothing to keep apart.
      if (new Set(says).size === 1) return;
      for (const [index, answer] of answers.entries()) {
        const names = (answer.header('vary') ?? '')
          .toLowerCase()
          .split(/\s*,\s*/);
        if (names.includes('origin') || names.includes('*')) continue;
        const { live } = trial;
        trial.fail({
          title: 'A cache would hand one what was meant for another',
          sent: `GET /board, ${asked[index] ? `Origin: ${asked[index]}` : 'without an Origin'}`,
          expected: 'Vary: Origin, as others get another answer',
          ...answer.parts(undefined, 'kept, and handed to whoever asks next'),
          tryIt: `curl -si ${live}/board`,
          section: 'RFC 9110 12.5.5',
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

/** What staff report: a train that has not left is so many minutes late. */
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

  /** What the page gets: a status, or an error without one. */
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
        title: 'A request of the page is not answered',
        sent: `${init.method ?? 'GET'} ${url}`,
        expected: 'an answer',
        came: 'nothing',
      }),
    );

  return {
    origin,
    fetch: fetchIn,
    /** Nobody needs to read the answer: the cookie is set all the same. */
    signIn: (server: Served) =>
      fetchIn(`${server.origin}/sign-in`, {
        method: 'POST',
        mode: 'no-cors',
        credentials: 'include',
      }),
  };
}

interface Asking {
  method?: string;
  path: string;
  origin?: string;
  headers?: Record<string, string>;
}

/** Asks as curl does, which shows everything. */
async function ask(trial: CheckContext, server: Served, how: Asking) {
  const { method = 'GET', path, origin, headers } = how;
  const asking = request({
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
      asking.on('response', resolve).on('error', reject).end();
      asking.on('socket', (socket) =>
        socket.on('connect', () => (client.port = socket.localPort!)),
      );
    }),
    (why) => ({
      title: 'A request is not answered',
      sent: `${method} ${path}`,
      expected: 'an answer',
      came: why.message,
    }),
  );
  response.resume();
  const { statusCode = 0, statusMessage, rawHeaders } = response;
  let head = `HTTP/1.1 ${statusCode} ${statusMessage}\r\n`;
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (/^(access-control-|vary)/i.test(rawHeaders[at]!))
      head += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`;

  return {
    status: statusCode,
    header: (name: string) => response.headers[name] as string | undefined,
    /** The lines of its head that count here, and where this stands in them. */
    parts(text?: string, note?: string): Partial<FailureParts> {
      const at = text ? head.indexOf(text) : head.length;
      return {
        came: Buffer.from(head),
        at: at < 0 ? head.length : at,
        note,
        wire: { client: client.port, direction: 'down' },
      };
    },
  };
}

import {
  claim,
  requestsIn,
  responsesIn,
  type ClaimRow,
  type Seen,
} from '../claim.ts';

const served = (seen: readonly Seen[]) => responsesIn(seen, 200).length;

/** What no page of another site brings, as the cookie's server wants it. */
const isKeptOnSite = (name: string) => name === 'Lax' || name === 'Strict';
const ignored = 'none, SameSite ignored';
const inWords = (names: string[]) =>
  names.length > 0 ? `cookies ${names.join(', ')}` : 'no cookie';

/** What may a page of another origin do, if the server says nothing about it? */
export const crossOrigin: ClaimRow = {
  id: 'cross-origin',
  title: 'The rule for other origins',
  question: 'Which rule does the browser apply to other origins?',
  claims: [
    claim({
      column: 'xhr',
      today: 'CORS',
      sentence:
        'A simple request is sent and served, but the browser withholds the response from the page.',
      async inPage({ other }) {
        const request = new XMLHttpRequest();
        request.open('GET', `${other}/bytes`);
        return await new Promise<string>((done) => {
          request.onload = () => done('load');
          request.onerror = () => done('error');
          request.send();
        });
      },
      judge: (ended: string, seen) => ({
        word: ended === 'error' && served(seen) > 0 ? 'CORS' : 'none',
        evidence: `${served(seen)} × 200 on the wire; in the page ${ended}`,
      }),
    }),
    claim({
      column: 'fetch',
      today: 'CORS',
      sentence:
        'As with XMLHttpRequest: a TypeError, although the response arrived. A request that is not simple, such as a PUT, is not sent at all: the preflight fails (Fetch, 4.8, CORS-preflight fetch).',
      async inPage({ other }) {
        const send = (method: string) =>
          fetch(`${other}/bytes`, { method }).then(() => 'a response', String);
        return { get: await send('GET'), put: await send('PUT') };
      },
      judge({ get, put }, seen) {
        const puts = requestsIn(seen, 'PUT').length;
        const withheld = get !== 'a response' && put !== 'a response';
        return {
          word: withheld && served(seen) > 0 && puts === 0 ? 'CORS' : 'none',
          evidence: `GET: ${served(seen)} × 200 on the wire; in the page ${get}. PUT: ${requestsIn(seen, 'OPTIONS').length} × OPTIONS and ${puts} × PUT on the wire`,
        };
      },
    }),
    claim({
      column: 'sse',
      today: 'CORS',
      sentence:
        'As with XMLHttpRequest, and the EventSource is closed for good.',
      async inPage({ other }) {
        const source = new EventSource(`${other}/events`);
        await new Promise((done) => {
          source.onerror = done;
          source.onmessage = done;
        });
        return source.readyState;
      },
      judge: (readyState: number, seen) => ({
        word: readyState === 2 && served(seen) > 0 ? 'CORS' : 'none',
        evidence: `${served(seen)} × 200 on the wire; in the page ${readyState === 2 ? 'closed for good' : 'open'}`,
      }),
    }),
    claim({
      column: 'websocket',
      today: 'none',
      differs: { webkitgtk: { '1.1': ignored, 2: ignored } },
      sentence:
        'Any page may open one to any server, which must check Origin against a list (RFC 6455, 10.2, origin considerations). From another origin of the same site all cookies go along. A page of another site brings none in Chromium 156 of Debian and in Firefox ESR 153, with their defaults; where third-party cookies are allowed, as in Chrome, those with SameSite=None. WebKitGTK 2.50 looks only at the page of the tab: if that is of another site, it brings those with SameSite=None or without the attribute; if it frames one of another site, that brings all, SameSite=Strict too.',
      async inPage({ other, otherSite }) {
        const cookies = ['without', 'Lax', 'Strict', 'None'];
        const set = (more: string) => {
          for (const name of cookies) {
            const site = name === 'without' ? '' : `; SameSite=${name}`;
            const secure = name === 'None' ? '; Secure' : '';
            document.cookie = `claim-${name}=1; path=/${site}${secure}${more}`;
          }
        };
        const names = (text: string) =>
          cookies.filter((name) => text.includes(`claim-${name}=`));
        set('');
        const own = names(document.cookie);
        const url = `${other.replace('http', 'ws')}/cookies`;
        const sameSite = await new Promise<string>((done) => {
          const socket = new WebSocket(url);
          socket.onmessage = ({ data }) => done(String(data));
          socket.onclose = () => done('closed');
        });
        const crossSite = await new Promise<string>((done) => {
          const frame = document.createElement('iframe');
          const from = new URL(otherSite).origin;
          addEventListener('message', ({ data, origin }) => {
            if (origin === from) done(String(data));
          });
          // A browser may not load it: it has not accepted the certificate.
          setTimeout(() => done('not loaded'), 8_000);
          frame.src = `${otherSite}/opens-socket#${encodeURIComponent(url)}`;
          document.body.append(frame);
        });
        set('; max-age=0');
        return {
          own,
          sameSite: { opened: sameSite !== 'closed', cookies: names(sameSite) },
          crossSite: {
            opened: crossSite !== 'closed',
            loaded: crossSite !== 'not loaded',
            cookies: names(crossSite),
          },
        };
      },
      judge({ own, sameSite, crossSite }) {
        const opened = sameSite.opened && crossSite.opened;
        const same = sameSite.cookies.join() === own.join();
        const ignores = crossSite.cookies.some(isKeptOnSite);
        const word = ignores ? ignored : 'none';
        return {
          word: opened ? (same ? word : 'none, other cookies') : 'CORS',
          evidence:
            `set, by their SameSite: ${inWords(own)}; in the handshake of a ` +
            `page at another port: ${inWords(sameSite.cookies)}; ` +
            (crossSite.loaded
              ? `of a page of another site: ${inWords(crossSite.cookies)}`
              : 'another site could not be tried'),
        };
      },
    }),
  ],
};

/** The two origins of the page's requests: one server, either protocol. */
export type Protocol = 'http1' | 'h2';

const origins = { http1: '', h2: '' };
let known: () => void;

/** Resolves when the server has said where HTTP/1.1 is. */
export const bothKnown = new Promise<void>((resolve) => (known = resolve));

/** Sets the origin that speaks only HTTP/1.1; perhaps this page's own. */
export function setHttp1(origin: string) {
  origins.http1 = origin;
  known();
}

export const urlBy = (protocol: Protocol, path: string) =>
  `${origins[protocol]}${path}`;

export const element = (id: string) => document.getElementById(id)!;
export const button = (id: string) => element(id) as HTMLButtonElement;
export const say = (id: string, text: string) =>
  (element(id).textContent = text);

export const inMs = (ms: number) => `${Math.round(ms).toLocaleString('en')} ms`;

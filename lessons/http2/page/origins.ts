/** The two origins that the page asks: the same server, by either protocol. */
export type Protocol = 'http1' | 'h2';

const origins = { http1: '', h2: '' };
let known: () => void;

/** Resolves when the server has said where the other one is. */
export const bothKnown = new Promise<void>((resolve) => (known = resolve));

/** Says where HTTP/1.1 is to be had. This page may have come from there. */
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

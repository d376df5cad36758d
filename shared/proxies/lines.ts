/**
 * Lines for each proxy: the least that its manual gives, and those with which
 * every lesson of ours works.
 */
import { readFileSync } from 'node:fs';
import { type ProxyName, programs } from './programs.ts';

interface Upstream {
  /** Whether it speaks TLS. */
  tls?: boolean;
}

/** The least that its manual gives. */
export const minimalLines = (name: ProxyName, upstream?: Upstream): string =>
  read(name, 'minimal', upstream);

/** Lines with which every lesson of ours works through it. */
export const passingLines = (name: ProxyName, upstream?: Upstream): string =>
  read(name, 'passing', upstream);

/** nginx with the defaults that it has since 1.29.7, written out. */
export const todaysNginxLines = (upstream?: Upstream): string =>
  read('nginx', 'todays-defaults', upstream);

function read(name: ProxyName, kind: string, { tls = false }: Upstream = {}) {
  const ending = /[^.]+$/.exec(programs[name].file)![0];
  const file = `${kind}${tls ? '-tls' : ''}.${ending}`;
  return readFileSync(
    new URL(`lines/${name}/${file}`, import.meta.url),
    'utf8',
  );
}

/** What a measurement names: product, version and builder of a browser. */
import { builderOf, findEngine, type Engine, type Version } from './engines.ts';

/**
 * Those of an engine as it is installed here.
 *
 * @param version as the running browser tells it
 */
export function engineVersion(engine: Engine, version: string): Version {
  const program = findEngine(engine) ?? '';
  const product = {
    chromium: /google[- ]chrome/i.test(program) ? 'Chrome' : 'Chromium',
    firefox: program.includes('esr') ? 'Firefox ESR' : 'Firefox',
    webkitgtk: 'WebKitGTK',
  }[engine];
  // What differs between builds of WebKitGTK is the network library's.
  const builder = engine === 'webkitgtk' ? 'libsoup' : builderOf(program);
  return { engine, product, version, builder };
}

/** `Chromium 156 (Debian)`, `WebKitGTK 2.50 (libsoup)` */
export function versionInWords({
  product,
  version,
  builder,
}: Omit<Version, 'engine'>): string {
  // The second number of the others is always 0, or a bug fix.
  const parts = version.split('.').slice(0, product === 'WebKitGTK' ? 2 : 1);
  return `${product} ${parts.join('.')}${builder && ` (${builder})`}`;
}

/** What a lesson learns of a forwarder that serves its ports. */
import { forwardedNames, forwardedUrl } from '@on-the-wire/system/forwarded.ts';
import type { LessonAddresses } from './plan-addresses.ts';

/**
 * What its processes find in the environment besides: `ALLOWED_HOSTS` names the
 * ports of this run, and `URL_…` has the names at the forwarder, because that is
 * where the pages are opened. Nothing, where no port is forwarded.
 */
export function forwardedEnvironment({
  shellPort,
  lessonPort,
  further,
  plan,
}: Pick<
  LessonAddresses,
  'shellPort' | 'lessonPort' | 'further' | 'plan'
>): Record<string, string> {
  // Of a lesson of several processes, its first address has a name, too.
  const [first] = plan?.links ?? [];
  const pages = [
    ...(first
      ? [{ name: first.name.replace('browser-', ''), publicPort: lessonPort }]
      : []),
    ...further,
  ];
  const urls = pages.flatMap(({ name, publicPort }) => {
    const url = forwardedUrl(`http://127.0.0.1:${publicPort}/`);
    return url ? [[`URL_${name.toUpperCase()}`, url]] : [];
  });
  const ports = [
    shellPort,
    lessonPort,
    ...further.map(({ publicPort }) => publicPort),
  ];
  const names = ports.flatMap((port) =>
    forwardedNames(port).map((name) => `${name}=${port}`),
  );
  if (names.length === 0) return {};
  return { ALLOWED_HOSTS: names.join(), ...Object.fromEntries(urls) };
}

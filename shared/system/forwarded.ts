/**
 * The names by which a forwarder serves our ports. It is a proxy on another
 * machine that ends TLS: GitHub's in a Codespace, or a tunnel. Each name stands
 * for one port, is reached at `https://NAME/`, and is compared as a whole: there
 * are no suffixes, and nothing stands for several names. We listen at 127.0.0.1
 * all the same.
 */
import { UsageError } from './usage-error.ts';

/** An entry of the option, and of `ALLOWED_HOSTS`: name, and our port. */
const ENTRY = /^([a-z0-9.-]+)=(\d{1,5})$/;
const NAME = /^[a-z0-9.-]+$/;

/**
 * Reads `--allowed-host`, which may be given several times. It is noted in the
 * environment, where all that runs in this process and below it finds it.
 *
 * @param text a name and our port that it stands for: `board.example=4001`
 * @returns all entries so far, with commas between them
 * @throws UsageError (2) for anything else
 */
export function allowHost(text: string): string {
  const { ALLOWED_HOSTS: before } = process.env;
  const all = before ? `${before},${text}` : text;
  entriesOf(all);
  process.env['ALLOWED_HOSTS'] = all;
  return all;
}

/**
 * The names that stand for a port of ours; none, where nothing forwards it.
 *
 * In a Codespace they are made of `CODESPACE_NAME` and
 * `GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN`: `NAME-PORT.DOMAIN` (GitHub's
 * documentation, "Default environment variables for your codespace" and
 * "Forwarding ports in your codespace", read in November 2026; not tried there).
 *
 * @throws UsageError (2) where the environment has what cannot be a name
 */
export function forwardedNames(
  port: number,
  {
    ALLOWED_HOSTS: given,
    CODESPACE_NAME: codespace,
    GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN: domain,
  }: NodeJS.ProcessEnv = process.env,
): string[] {
  const names = given
    ? entriesOf(given).flatMap(([name, of]) => (of === port ? [name] : []))
    : [];
  if (codespace && domain) {
    mustBeName('CODESPACE_NAME', codespace);
    mustBeName('GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN', domain);
    names.push(`${codespace}-${port}.${domain}`);
  }
  return names;
}

/**
 * The same address at the forwarder: by its first name for the port.
 *
 * @param url of a port of ours: `http://127.0.0.1:4001/`
 * @returns with a slash at its end; undefined where nothing forwards it
 */
export function forwardedUrl(
  url: string,
  environment: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const [name] = forwardedNames(Number(new URL(url).port), environment);
  return name && `https://${name}/`;
}

function entriesOf(text: string): [name: string, port: number][] {
  return text.split(',').map((entry) => {
    const [, name, digits] = ENTRY.exec(entry.trim()) ?? [];
    const port = Number(digits);
    if (name !== undefined && port >= 1 && port <= 65_535) return [name, port];
    throw new UsageError(
      `"${entry}" names no forwarded port: expected the name by which browsers ` +
        'reach it over https, in small letters, and the port on this machine ' +
        'that it stands for, such as board.example=4001.',
      2,
    );
  });
}

function mustBeName(variable: string, text: string): void {
  if (NAME.test(text)) return;
  throw new UsageError(
    `${variable} is ${JSON.stringify(text)}: expected small letters, digits, ` +
      'dots and hyphens, because names of our ports are made of it. Unset it, ' +
      'or name each port with --allowed-host NAME=PORT.',
    2,
  );
}

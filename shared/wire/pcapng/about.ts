/** What a packet cannot say of its connection: it stands in a comment. */
import type { Protocol } from '../connection.ts';
import { NotOurFile } from './blocks.ts';

/** What a connection's SYN says in its comment: a name and a value a line. */
export interface About {
  id: number;
  realPort: number;
  link?: string | undefined;
  secure: boolean;
  alpn: string | undefined;
  protocol: Protocol | undefined;
  missing: { up: number; down: number } | undefined;
  isMasked?: boolean | undefined;
}

function protocolName(protocol: Protocol): string {
  if (typeof protocol === 'string') return protocol;
  return protocol.by === 'lines' ? 'lines' : `length ${protocol.prefix}`;
}

function protocolNamed(name: string | undefined): Protocol | undefined {
  if (name === undefined) return undefined;
  if (name === 'lines') return { by: 'lines' };
  const prefix = /^length ([124])$/.exec(name)?.[1];
  if (prefix) return { by: 'length', prefix: Number(prefix) as 1 | 2 | 4 };
  const known = (['http/1.1', 'http/2', 'mqtt', 'bytes'] as const).find(
    (one) => one === name,
  );
  if (!known) throw new NotOurFile(`a connection of the protocol "${name}"`);
  return known;
}

/** As it stands in the comment of its SYN. */
export function aboutText(about: About): string {
  const { id, realPort, link, secure, alpn, protocol, missing, isMasked } =
    about;
  return [
    `connection: ${id}`,
    `real port: ${realPort}`,
    ...(link ? [`link: ${link}`] : []),
    `TLS: ${secure ? 'yes, removed here' : 'no'}`,
    ...(alpn ? [`ALPN: ${alpn}`] : []),
    ...(protocol ? [`protocol: ${protocolName(protocol)}`] : []),
    ...(missing ? [`dropped: ${missing.up} up, ${missing.down} down`] : []),
    ...(isMasked ? ['masked: yes'] : []),
  ].join('\n');
}

/**
 * What `aboutText` wrote.
 * @throws NotOurFile
 */
export function readAbout(comment: string): About {
  const lines = new Map(
    comment.split('\n').map((line): [string, string] => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
  const id = Number(lines.get('connection'));
  const realPort = Number(lines.get('real port'));
  if (!Number.isInteger(id) || !Number.isInteger(realPort))
    throw new NotOurFile('a connection without its number and port');
  const dropped = /^(\d+) up, (\d+) down$/.exec(lines.get('dropped') ?? '');
  return {
    id,
    realPort,
    ...(lines.has('link') && { link: lines.get('link') }),
    secure: lines.get('TLS')?.startsWith('yes') ?? false,
    alpn: lines.get('ALPN'),
    protocol: protocolNamed(lines.get('protocol')),
    missing: dropped
      ? { up: Number(dropped[1]), down: Number(dropped[2]) }
      : undefined,
    ...(lines.get('masked') === 'yes' && { isMasked: true }),
  };
}

/** The proxies that are measured: the columns of the printed table. */
import { programs, type ProxyName } from '@on-the-wire/proxies/programs.ts';
import { minimalLines, todaysNginxLines } from '@on-the-wire/proxies/lines.ts';

/** A program with lines of configuration. */
export interface Subject {
  /** What is typed after `--only`. */
  id: string;
  program: ProxyName;
  /** What is said beside the program's name, if it is run twice. */
  with?: string;
  /** In full. */
  lines: string;
}

const plain = (program: ProxyName): Subject => ({
  id: program,
  program,
  lines: minimalLines(program),
});

export const subjects: readonly Subject[] = [
  plain('nginx'),
  {
    id: 'nginx-today',
    program: 'nginx',
    with: 'today’s defaults written out',
    lines: todaysNginxLines(),
  },
  plain('haproxy'),
  plain('caddy'),
  plain('apache'),
  plain('varnish'),
  plain('nghttpx'),
];

/** "HAProxy"; "nginx, today’s defaults written out" */
export const subjectTitle = ({ program, with: more }: Subject): string =>
  [programs[program].title, ...(more ? [more] : [])].join(', ');

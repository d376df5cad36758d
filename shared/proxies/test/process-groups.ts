/** What Linux tells of the programs that a process has started. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

interface Process {
  id: number;
  parent: number;
  group: number;
}

function processes(): Process[] {
  return readdirSync('/proc').flatMap((id) => {
    try {
      const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
      const [state, parent, group] = stat.replace(/^.*\) /s, '').split(' ');
      // What is over waits as a zombie for its parent.
      if (state === 'Z') return [];
      return [{ id: Number(id), parent: Number(parent), group: Number(group) }];
    } catch {
      return []; // No process, or over.
    }
  });
}

/** The groups that children of this process lead: one for each program. */
export function groupsOf(parent: number): number[] {
  return processes()
    .filter((each) => each.parent === parent && each.id === each.group)
    .map(({ group }) => group);
}

/** The processes of a group. */
export function membersOf(group: number): number[] {
  return processes()
    .filter((each) => each.group === group)
    .map(({ id }) => id);
}

/** Where a group can be reached, such as "tcp 127.0.0.1:4000". */
export function addressesOf(group: number): string[] {
  const sockets = new Set(
    membersOf(group).flatMap((id) => {
      try {
        const folder = `/proc/${id}/fd`;
        return readdirSync(folder).map((fd) => readlinkSync(`${folder}/${fd}`));
      } catch {
        return []; // It is ending.
      }
    }),
  );
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((kind) =>
    readFileSync(`/proc/net/${kind}`, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(
        ([, , , state, , , , , , inode]) =>
          sockets.has(`socket:[${inode}]`) &&
          (kind.startsWith('udp') || state === '0A'),
      )
      .map(([, local]) => `${kind} ${readable(local!)}`),
  );
}

/** An IPv4 address stands there in the order of this machine's bytes. */
function readable(local: string): string {
  const [address, port] = local.split(':');
  const bytes = Buffer.from(address!, 'hex');
  const shown = bytes.length === 4 ? bytes.reverse().join('.') : address;
  return `${shown}:${Number.parseInt(port!, 16)}`;
}

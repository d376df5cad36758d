/** The brokers of the tests: the embedded one, and Mosquitto where there is one. */
import { describe } from '@jest/globals';
import {
  spawn,
  spawnSync,
  type ChildProcess,
} from '@on-the-wire/system/programs/start.ts';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { listen } from '@on-the-wire/system/listen.ts';
import { createServer } from '../broker.ts';
import { closing, folder } from './acts.ts';
import { freePort } from './free-port.ts';

export interface Broker {
  url: string;
  /** Ends it, and takes its memory along. */
  stop(): Promise<void>;
  /** Starts it again at the same place. Resolves when it listens. */
  start(): Promise<void>;
}

async function embedded(): Promise<Broker> {
  let broker = createServer();
  const { port } = await listen(broker.server, await freePort());
  const stop = () => broker.close();
  closing.push(stop);
  return {
    url: `mqtt://127.0.0.1:${port}`,
    stop,
    async start() {
      broker = createServer();
      await listen(broker.server, port);
    },
  };
}

async function mosquitto(): Promise<Broker> {
  const port = await freePort();
  const file = join(folder(), 'mosquitto.conf');
  writeFileSync(
    file,
    `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`,
  );
  let child: ChildProcess;
  const start = async () => {
    child = spawn(program, ['-c', file], { stdio: 'ignore' });
    while (!(await accepts(port)))
      await new Promise((turn) => setTimeout(turn, 10));
  };
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  };
  await start();
  closing.push(stop);
  return { url: `mqtt://127.0.0.1:${port}`, stop, start };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
      .on('error', () => resolve(false))
      .on('connect', () => {
        socket.destroy();
        resolve(true);
      });
  });
}

// Debian has it where only root looks.
const program =
  ['mosquitto', '/usr/sbin/mosquitto'].find(
    (name) => !spawnSync(name, ['-h'], { stdio: 'ignore' }).error,
  ) ?? '';

const missing =
  'there is no mosquitto on this machine (Debian package "mosquitto").';

/**
 * Declares tests once for each broker. Where there is no Mosquitto, its tests
 * are skipped, and one line says so.
 */
export function describeWithBrokers(
  name: string,
  body: (start: () => Promise<Broker>) => void,
): void {
  describe(`${name}, embedded`, () => {
    body(embedded);
  });
  if (program) {
    describe(`${name}, Mosquitto`, () => {
      body(mosquitto);
    });
  } else {
    process.stderr.write(`Skipped "${name}, Mosquitto": ${missing}\n`);
    // oxlint-disable-next-line jest/no-disabled-tests -- only where none can run
    describe.skip(`${name}, Mosquitto`, () => {
      body(mosquitto);
    });
  }
}

import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { freeAdjacentPorts } from '@on-the-wire/testing/adjacent-ports.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { ClaimAddresses } from '../claim-addresses.ts';

const home = 'http://127.0.0.1:1';
const closing = closingAfterEach();

function addressesFrom(first: number): ClaimAddresses {
  const made = new ClaimAddresses(first);
  closing.push(() => made.close());
  return made;
}

test('the addresses stay the same, between claims and after a restart', async () => {
  const first = await freeAdjacentPorts();
  const before = addressesFrom(first);
  const { addresses } = await before.offer(home);
  expect(addresses).toEqual([
    `https://127.0.0.1:${first}/`,
    `https://127.0.0.1:${first + 1}/`,
    `https://localhost:${first + 1}/`,
  ]);
  const { ports, giveBack } = await before.take();
  expect(ports).toEqual([first, first + 1]);
  giveBack();
  expect((await before.offer(home)).addresses).toEqual(addresses);
  await before.close();
  expect((await addressesFrom(first).offer(home)).addresses).toEqual(addresses);
});

test('while another program has them they are the next, and then the same again', async () => {
  const first = await freeAdjacentPorts(4);
  const other = createServer();
  await listen(other, first + 1);
  const asked = addressesFrom(first);
  expect((await asked.take()).ports).toEqual([first + 2, first + 3]);
  await new Promise((done) => other.close(done));
  const later = addressesFrom(first);
  expect((await later.take()).ports).toEqual([first, first + 1]);
});

test('a claim that finds no ports keeps no other from them', async () => {
  const asked = addressesFrom(65_534);
  const other = createServer();
  // Where it is taken already, that does as well.
  await listen(other, 65_535).catch(() => {});
  closing.push(() => new Promise((done) => other.close(done)));
  await expect(asked.take()).rejects.toThrow('No 2 ports from 65534 on');
  await expect(asked.offer(home)).rejects.toThrow('No 2 ports from 65534 on');
  await expect(asked.take()).rejects.toThrow('No 2 ports from 65534 on');
});

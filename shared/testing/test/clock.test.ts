import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Clock, stopClock } from '../clock.ts';

let clock: Clock;
beforeEach(() => {
  clock = stopClock();
});
afterEach(() => clock.release());

test('time passes only when it is told to, and in order', () => {
  const called: string[] = [];
  const note = (what: string) => called.push(`${what} at ${clock.now}`);
  setTimeout(note, 30, 'late');
  setInterval(note, 20, 'each');
  setTimeout(() => setTimeout(note, 5, 'inner'), 10);
  const began = Date.now();
  clock.pass(45);
  expect(called).toEqual([
    'inner at 15',
    'each at 20',
    'late at 30',
    'each at 40',
  ]);
  expect(Date.now() - began).toBe(45);
  expect(new Date().getTime() - began).toBe(45);
  expect(performance.now()).toBe(45);
  expect(clock.timers).toBe(1);
});

test('clearing one that has fired leaves the others', () => {
  const called: string[] = [];
  const first = setTimeout(() => called.push('first'), 10);
  setTimeout(() => called.push('second'), 20);
  clock.pass(10);
  clearTimeout(first);
  clock.pass(10);
  expect(called).toEqual(['first', 'second']);
});

test('an interval can end itself', () => {
  let times = 0;
  const timer = setInterval(
    () => (times += 1) === 2 && clearInterval(timer),
    5,
  );
  clock.pass(100);
  expect(times).toBe(2);
  expect(clock.timers).toBe(0);
});

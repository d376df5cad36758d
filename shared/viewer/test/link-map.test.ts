/** Where things stand on the map of links, as far as a number shows it. */
import { expect, test } from '@jest/globals';
import { drawEdges, placePort, readLink } from '../pane/link-map.ts';

const proxied = ['haproxy-lesson', 'haproxy-neighbour'].map(readLink);
const parts = { neighbour: 'lesson' };

test('at a level edge, the button does not cover the name of the port', () => {
  // As in a pane of 370 px.
  const boxes = new Map([
    ['haproxy', { x: 185, y: 38, width: 82, height: 35 }],
    ['lesson', { x: 335, y: 38, width: 70, height: 35 }],
  ]);
  const edge = drawEdges(proxied, boxes, parts).get('haproxy-neighbour')!;
  const own = 74;
  const { x, y } = placePort(edge, own, 370);
  expect(y).toBe(edge.to.y);
  expect(x - own / 2).toBeGreaterThan(edge.middle.x + 40 / 2);
  expect(x + own / 2).toBeLessThanOrEqual(370);
});

test('at a steep edge, the name stands in the middle of its end', () => {
  const boxes = new Map([
    ['haproxy', { x: 100, y: 50, width: 80, height: 30 }],
    ['lesson', { x: 100, y: 350, width: 80, height: 30 }],
  ]);
  const edge = drawEdges(proxied, boxes, parts).get('haproxy-neighbour')!;
  expect(placePort(edge, 60, 370)).toEqual(edge.to);
});

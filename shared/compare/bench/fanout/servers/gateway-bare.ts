/** The floor: `http2-proxy` as its own documentation uses it. */
import { createServer as createHttpServer } from 'node:http';
import proxy from 'http2-proxy';
import { floorOf } from '../floor.ts';

export function createServer({ station }: { station: string }) {
  const { hostname, port } = new URL(station);
  const target = { hostname, port: Number(port) };
  return floorOf(
    createHttpServer((request, response) =>
      proxy.web(request, response, target, () => response.destroy()),
    ),
  );
}

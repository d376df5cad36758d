/** Starts the proxy that its argument names, says so, and waits. */
import { findProxy } from '../find.ts';
import { minimalLines } from '../lines.ts';
import type { ProxyName } from '../programs.ts';
import { startProxy } from '../start.ts';

const [name, port, upstream] = process.argv.slice(2);
const proxy = await startProxy(findProxy(name as ProxyName)!, {
  port: Number(port),
  upstream: { port: Number(upstream) },
  lines: minimalLines(name as ProxyName),
});
console.log(proxy.port);
process.stdin.resume();

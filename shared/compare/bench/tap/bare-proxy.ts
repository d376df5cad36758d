/** What the tap is measured against: a TCP proxy in 20 lines, and no more. */
import net, { type AddressInfo } from 'node:net';

const target = Number(process.argv[2]);
const server = net.createServer({ noDelay: true }, (client) => {
  const upstream = net.connect({
    port: target,
    host: '127.0.0.1',
    noDelay: true,
  });
  client.on('error', () => upstream.destroy());
  upstream.on('error', () => client.destroy());
  client.pipe(upstream);
  upstream.pipe(client);
});
server.listen(0, '127.0.0.1', () => {
  process.send!((server.address() as AddressInfo).port);
});
// Asked for what it has cost so far.
process.on('message', () => process.send!(process.cpuUsage()));
process.once('disconnect', () => process.exit());

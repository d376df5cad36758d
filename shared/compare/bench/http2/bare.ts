/**
 * The least that responds as the lesson does: node:http2, one text, the same
 * headers. In a process of its own; says its port.
 */
import { createSecureServer } from 'node:http2';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { listen } from '@on-the-wire/system/listen.ts';

const [, , body = ''] = process.argv;
const certificate = await localCertificate();
const server = createSecureServer(
  { ...certificate, allowHTTP1: true },
  (_request, response) => {
    response.setHeader('Server-Timing', 'c;desc=1');
    response.setHeader('Content-Type', 'application/json');
    response.end(body);
  },
);
process.send?.((await listen(server)).port);
process.on('disconnect', () => process.exit());

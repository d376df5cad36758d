// Wrong: remembers the newest connection only.
// Told: The deadline cuts one event stream, and not the other

import type { ServerHttp2Session } from 'node:http2';
import type { Leaving } from '../solution.ts';

export { keeper } from '../solution.ts';

export function leaver({ server, deadline }: Leaving) {
  let newest: ServerHttp2Session | undefined;
  server.on('session', (session) => (newest = session));

  return async () => {
    const closed = new Promise((done) => server.close(done));
    newest?.close();
    const timer = setTimeout(() => newest?.destroy(), deadline);
    await closed;
    clearTimeout(timer);
  };
}

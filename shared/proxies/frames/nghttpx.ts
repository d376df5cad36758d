import { type ProxyFrame, refusing } from '../frame.ts';

export const nghttpx: ProxyFrame = {
  files: ({ port, upstream, tls }) => ({
    'frame.conf': `frontend=127.0.0.1,${port}${tls ? '' : ';no-tls'}
backend=127.0.0.1,${upstream.port}${upstream.tls ? ';;tls;proto=h2' : ''}
${
  // On this machine, nobody is between.
  upstream.tls ? 'insecure=yes' : ''
}
${tls ? 'private-key-file=key.pem\ncertificate-file=cert.pem\nno-ocsp=yes' : ''}
accesslog-file=/dev/null
include=nghttpx.conf
`,
  }),
  run: () => ['--conf=frame.conf'],
  // It cannot check alone, but goes on with the old lines by itself.
  reload: {
    ask: (child) => void child.kill('SIGHUP'),
    done: /Graceful shutdown commencing/,
    failed: /Failed to process new configuration/,
  },
  refuse: refusing(/^\s*(frontend|daemon|user|conf)\s*=/),
  noise:
    / NOTICE \(|Failed to load configuration from|Failed to process new conf/,
  prefix: /^\S+Z \d+ \d+ \w+ (?:[A-Z]+ \(.*?\) )?/,
  names: /Unknown option: (\S+)|^([\w-]+): /,
};

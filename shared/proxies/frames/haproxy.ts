import { at, type ProxyFrame, refusing } from '../frame.ts';

const files = ['-f', 'global.cfg', '-f', 'haproxy.cfg', '-f', 'front.cfg'];

export const haproxy: ProxyFrame = {
  files: ({ port, tls }) => ({
    'global.cfg': 'global\n  maxconn 1000\n',
    // Behind the learner's: it takes their defaults.
    'front.cfg': `frontend front
  mode http
  bind ${at(port)}${tls ? ' ssl crt front.pem alpn h2,http/1.1' : ''}
  default_backend lesson
`,
  }),
  environment: ({ upstream }) => ({ LESSON: at(upstream.port) }),
  run: () => ['-W', '-db', ...files],
  check: ['-c', ...files],
  reload: {
    ask: (child) => void child.kill('SIGUSR2'),
    done: /Loading success/,
    left: /Proxy front stopped/,
  },
  refuse: refusing(
    /^\s*(frontend|listen|global|peers|program|ring|log-forward)(?:\s|$)/,
    'use "defaults" and "backend lesson"',
  ),
  noise:
    /^\[NOTICE\]|Proxy .* stopped|Former worker|^Configuration file is valid|rror\(s\) found in|Fatal errors found|^$/,
  prefix: /(?<=^\[\w+\]) +\(\d+\) :(?: config :)?/,
};

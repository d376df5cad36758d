import { at, type ProxyFrame, isRoot, refusing } from '../frame.ts';

const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
const config = ['-p', '.', '-e', 'stderr', '-c', 'frame.conf'];

export const nginx: ProxyFrame = {
  files: ({ port, upstream, tls }) => ({
    'frame.conf': `${isRoot() ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr notice;
events {}
http {
  access_log off;
${temporary.map((name) => `  ${name}_temp_path ${name};`).join('\n')}
  # nginx's manual on WebSockets has it; there, the second is "close".
  map $http_upgrade $connection_upgrade {
    default upgrade;
    '' '';
  }
  upstream lesson {
    server ${at(upstream.port)};
  }
  server {
    listen ${at(port)}${tls ? ' ssl http2' : ''};
    ${tls ? 'ssl_certificate cert.pem; ssl_certificate_key key.pem;' : ''}
    include nginx.conf;
  }
}
`,
  }),
  run: () => config,
  check: ['-t', '-q', ...config],
  reload: {
    ask: (child) => void child.kill('SIGHUP'),
    // The old worker says it, when it accepts no more.
    done: /gracefully shutting down/,
  },
  // A comment or a string may hold the word; nobody writes it there so.
  refuse: refusing(/(?:^|[;{}])\s*(listen)\s/),
  // nginx 1.25.1 and newer would have a line of its own for http2.
  noise:
    /\[notice\]|frame\.conf test failed|\[warn\].* http2" directive is dep/,
  prefix: /^[\d/]+ [\d:]+ (?=\[)|(?<=^[^\]]+\]) \d+#\d+:/g,
};

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { at, type ProxyFrame, isRoot } from '../frame.ts';

/** Where systems keep its modules. */
const folders = [
  '/usr/lib/apache2/modules',
  '/usr/lib64/httpd/modules',
  '/opt/homebrew/lib/httpd/modules',
  '/usr/local/lib/httpd/modules',
];
const modules = (
  'unixd log_config mpm_event authz_core socache_shmcb ssl http2 headers ' +
  'rewrite setenvif env filter deflate proxy proxy_http proxy_http2 ' +
  'proxy_wstunnel reqtimeout'
).split(' ');

function load(): string {
  const folder = folders.find(existsSync);
  if (!folder) return '';
  return modules
    .map((name) => [name, join(folder, `mod_${name}.so`)] as const)
    .filter(([, path]) => existsSync(path))
    .map(
      ([name, path]) =>
        `<IfModule !${name}_module>\n  LoadModule ${name}_module ${path}\n</IfModule>\n`,
    )
    .join('');
}

const config = ['-d', '.', '-f', 'frame.conf'];

export const apache: ProxyFrame = {
  files: ({ port, upstream, tls }) => ({
    'frame.conf': `${load()}ServerName localhost
DefaultRuntimeDir .
PidFile apache.pid
# To its own output.
ErrorLog "|/bin/cat"
ErrorLogFormat "[%l] %M"
LogLevel notice ssl:error mpm_event:trace1
# It says when it accepts no more.
StartServers 1
MinSpareThreads 5
Listen ${at(port)}
${isRoot() ? 'User #65534\nGroup #65534' : ''}
Define LESSON ${at(upstream.port)}
<VirtualHost ${at(port)}>
${
  tls
    ? `  Protocols h2 http/1.1
  SSLEngine on
  SSLCertificateFile cert.pem
  SSLCertificateKeyFile key.pem
`
    : ''
}  Include apache.conf
</VirtualHost>
`,
  }),
  run: () => ['-DFOREGROUND', ...config],
  check: ['-t', ...config],
  reload: {
    ask: (child) => void child.kill('SIGUSR1'),
    done: /resuming normal operations/,
    left: /graceful termination received/,
  },
  noise:
    /^\[(?:notice|info|debug|trace1)\]|^Syntax OK|^AH00016: Configuration Failed/,
  prefix:
    /^\S+: (?=Syntax)|Syntax error on line \d+ of \S*frame\.conf: |^\[[^\]]+\] (?=\[)| \[pid [\d:tid ]+\]/g,
};

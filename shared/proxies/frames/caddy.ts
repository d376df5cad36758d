import { at, type ProxyFrame } from '../frame.ts';

const config = ['--config', 'frame', '--adapter', 'caddyfile'];
// A file in our folder, which nobody else can open; no port.
const admin = 'unix/admin.sock';

export const caddy: ProxyFrame = {
  files: ({ port, tls }) => ({
    frame: `{
  admin ${admin}
  auto_https off
  skip_install_trust
  servers {
    protocols h1 h2
  }
  log {
    output stderr
    level WARN
    format console {
      level_format upper
    }
  }
}
${tls ? 'https' : 'http'}://:${port} {
  bind 127.0.0.1
  ${tls ? 'tls cert.pem key.pem' : ''}
  import Caddyfile
}
`,
  }),
  environment: ({ upstream }) => ({
    LESSON: at(upstream.port),
    // What it keeps, it keeps in our folder.
    HOME: 'home',
    XDG_CONFIG_HOME: 'home',
    XDG_DATA_HOME: 'home',
  }),
  run: () => ['run', ...config],
  check: ['reload', ...config, '--address', admin],
  refuse(lines) {
    // It would close the frame's own block, or let the frame close the lines'.
    let depth = 0;
    for (const [index, line] of lines.entries()) {
      const words = line.replace(/(^|\s)#.*/, '').trim();
      if (words === '}') depth -= 1;
      else if (/(^|\s)\{$/.test(words)) depth += 1;
      if (depth < 0) return [index + 1, '"}" closes what was not opened'];
    }
    return depth > 0 ? [lines.length, 'a "}" is missing'] : undefined;
  },
  noise:
    /^\{"level":"(?:info|warn)"|WARN\t(?:admin|http|tls)\t(?:admin endpoint|automatic HTTPS|stapling)/,
  prefix: /^[\d/]+ [\d:.]+\t|^Error: (?:adapting config using caddyfile: )?/,
};

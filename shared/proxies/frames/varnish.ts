import { join } from 'node:path';
import { at, type ProxyFrame } from '../frame.ts';

export const varnish: ProxyFrame = {
  files: ({ upstream }) => ({
    'frame.vcl': `vcl 4.1;
backend lesson {
  .host = "127.0.0.1";
  .port = "${upstream.port}";
}
include "./varnish.vcl";
`,
  }),
  // It changes its folder, so it alone gets absolute paths. -d: it takes
  // commands from its standard input, not at a port, and ends with it.
  run: ({ folder, port }) => [
    '-d',
    `-a${at(port)}`,
    '-Tnone',
    '-jnone',
    '-smalloc,64m',
    `-n${join(folder, 'work')}`,
    `-f${join(folder, 'frame.vcl')}`,
  ],
  input: 'start\n',
  reload: {
    ask: (child, { folder }, count) => {
      const name = (nth: number) => (nth === 0 ? 'boot' : `lines${nth}`);
      const path = JSON.stringify(join(folder, 'frame.vcl'));
      child.stdin!.write(
        `vcl.load ${name(count + 1)} ${path}\n` +
          `vcl.use ${name(count + 1)}\nvcl.discard ${name(count)}\n`,
      );
    },
    done: /^VCL '\w+' now active/,
    failed: /^VCL compilation failed/,
  },
  noise:
    /^$|^\d{3} \d+ *$|^(?:Debug|Info|Error): ?|^-+$|^Child launched|^Varnish Cache CLI|^Linux,|^varnish-|^Type '|^VCL |^Could not delete|^Message from VCC|^Running VCC|^No VCL named|^Cannot discard active/,
};

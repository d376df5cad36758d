/** The proxies that the course knows: a fixed list. */

export type ProxyName =
  'nginx' | 'haproxy' | 'caddy' | 'apache' | 'varnish' | 'nghttpx';

export interface ProxyProgram {
  name: ProxyName;
  /** As its authors write it. */
  title: string;
  /** Debian's package. */
  package: string;
  /** What Debian starts when it is installed: its service, and its port. */
  service?: [name: string, port: number];
  /** The names that the program itself goes by, as systems install it. */
  commands: readonly string[];
  /** Makes it print its version, and end. */
  versionArgument: string;
  /** Finds the version in what it then prints, and nothing in other words. */
  version: RegExp;
  /** How the learner's file is called. */
  file: string;
  /** Whether its front can speak TLS, with HTTP/2 by ALPN. */
  endsTls: boolean;
  /** Whether it can speak TLS to its upstream. */
  upstreamTls: boolean;
}

export const programs: Readonly<Record<ProxyName, ProxyProgram>> = {
  nginx: {
    name: 'nginx',
    title: 'nginx',
    package: 'nginx',
    service: ['nginx', 80],
    commands: ['nginx'],
    versionArgument: '-v',
    version: /^nginx version: nginx\/([\d.]+)/m,
    file: 'nginx.conf',
    endsTls: true,
    upstreamTls: true,
  },
  haproxy: {
    name: 'haproxy',
    title: 'HAProxy',
    package: 'haproxy',
    commands: ['haproxy'],
    versionArgument: '-v',
    version: /^HA-?Proxy version ([\d.]+)/m,
    file: 'haproxy.cfg',
    endsTls: true,
    upstreamTls: true,
  },
  caddy: {
    name: 'caddy',
    title: 'Caddy',
    package: 'caddy',
    service: ['caddy', 80],
    commands: ['caddy'],
    versionArgument: 'version',
    version: /^v?(\d+\.\d+[\d.]*)/,
    file: 'Caddyfile',
    endsTls: true,
    upstreamTls: true,
  },
  apache: {
    name: 'apache',
    title: 'Apache httpd',
    package: 'apache2',
    service: ['apache2', 80],
    commands: ['apache2', 'httpd'],
    versionArgument: '-v',
    version: /^Server version: Apache\/([\d.]+)/m,
    file: 'apache.conf',
    endsTls: true,
    upstreamTls: true,
  },
  varnish: {
    name: 'varnish',
    title: 'Varnish',
    package: 'varnish',
    service: ['varnish', 6081],
    commands: ['varnishd'],
    versionArgument: '-V',
    version: /^varnishd \(varnish-([\d.]+)/m,
    file: 'varnish.vcl',
    endsTls: false,
    upstreamTls: false,
  },
  nghttpx: {
    name: 'nghttpx',
    title: 'nghttpx',
    package: 'nghttp2-proxy',
    service: ['nghttpx', 3000],
    commands: ['nghttpx'],
    versionArgument: '--version',
    version: /^nghttpx nghttp2\/([\d.]+)/m,
    file: 'nghttpx.conf',
    endsTls: true,
    upstreamTls: true,
  },
};

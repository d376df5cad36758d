import type { ProxyFrame } from '../frame.ts';
import type { ProxyName } from '../programs.ts';
import { apache } from './apache.ts';
import { caddy } from './caddy.ts';
import { haproxy } from './haproxy.ts';
import { nghttpx } from './nghttpx.ts';
import { nginx } from './nginx.ts';
import { varnish } from './varnish.ts';

export const frames: Readonly<Record<ProxyName, ProxyFrame>> = {
  nginx,
  haproxy,
  caddy,
  apache,
  varnish,
  nghttpx,
};

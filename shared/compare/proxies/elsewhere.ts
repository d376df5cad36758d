/**
 * What cannot be measured on the reader's machine: the timeouts of load
 * balancers, CDNs and platforms, from their documentation. Each entry was read
 * in a copy of the page at its address.
 */

/** What a timeout is about. */
export const limits = {
  idle: 'without a byte',
  first: 'until the first byte',
  whole: 'for the whole response, whatever is sent',
} as const;

export interface Elsewhere {
  name: string;
  kind: 'Load balancer' | 'CDN' | 'Platform';
  /** By default, in words: "60 s"; and what can be set. */
  timeouts: Partial<Record<keyof typeof limits, string>>;
  /** What to send how often, or what else to do. */
  advice: string;
  /** Where it says so. */
  addresses: readonly string[];
  /** When the page says that it was written or changed; undefined: it does not. */
  written?: string;
  /** When we read it. */
  read: string;
}

const READ = '2026-11-29';

const heartbeat = (every: string) =>
  `Send a comment, or a ping, every ${every}.`;

const RESUME =
  'No heartbeat helps. End the stream yourself before that, and let the client resume after the last id.';

export const elsewhere: readonly Elsewhere[] = [
  {
    name: 'AWS Application Load Balancer',
    kind: 'Load balancer',
    timeouts: { idle: '60 s; 1 to 4,000 s. PING of HTTP/2 does not count' },
    advice: heartbeat('25 s'),
    addresses: [
      'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html',
    ],
    read: READ,
  },
  {
    name: 'AWS Network Load Balancer',
    kind: 'Load balancer',
    timeouts: { idle: '350 s; TCP 60 to 6,000 s, TLS always 350 s' },
    advice: heartbeat('150 s'),
    addresses: [
      'https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html',
    ],
    read: READ,
  },
  {
    name: 'Google Cloud external Application Load Balancer',
    kind: 'Load balancer',
    timeouts: { whole: '30 s, a WebSocket too; 24 h at most are recommended' },
    advice: `${RESUME} Or set the timeout of the backend service.`,
    addresses: [
      'https://gcpdiag.dev/rules/lb/BP/2025_002/index.html',
      'https://pkg.go.dev/github.com/agau4779/ingress-gce/examples/websocket',
    ],
    read: READ,
  },
  {
    name: 'Azure Load Balancer',
    kind: 'Load balancer',
    timeouts: {
      idle: '4 min; up to 100 min. Then the flow is dropped silently, unless TCP reset is switched on',
    },
    advice: heartbeat('100 s'),
    addresses: [
      'https://learn.microsoft.com/azure/load-balancer/load-balancer-tcp-idle-timeout',
      'https://github.com/Microsoft/azure-docs/blob/master/articles/load-balancer/load-balancer-tcp-reset.md',
    ],
    written: '2024-07-31',
    read: READ,
  },
  {
    name: 'Azure Front Door',
    kind: 'CDN',
    timeouts: { first: '30 s; 16 to 240 s' },
    advice: 'Send the header section and a comment at once.',
    addresses: [
      'https://learn.microsoft.com/azure/frontdoor/front-door-troubleshoot-routing',
    ],
    read: READ,
  },
  {
    name: 'Cloudflare',
    kind: 'CDN',
    timeouts: {
      idle: '120 s between two reads from your server, then 524; 400 s between client and Cloudflare',
    },
    advice: heartbeat('50 s'),
    addresses: [
      'https://developers.cloudflare.com/fundamentals/reference/connection-limits',
    ],
    written: '2026-07-23',
    read: READ,
  },
  {
    name: 'Amazon CloudFront',
    kind: 'CDN',
    timeouts: {
      first: '30 s; up to 180 s',
      idle: 'the same between two packets; a WebSocket 10 min without a byte from the server',
    },
    advice: heartbeat('12 s'),
    addresses: [
      'https://repost.aws/knowledge-center/cloudfront-custom-origin-response',
      'https://mwpro.co.uk/blog/2025/07/30/amazon-cloudfront-introduces-new-origin-response-timeout-controls',
      'https://repost.aws/ja/questions/QU05nkjxdfRC2E67FGICmP3g/how-to-increase-cloudfront-websockets-idle-timeout',
    ],
    written: '2025-07-30',
    read: READ,
  },
  {
    name: 'Fastly',
    kind: 'CDN',
    timeouts: {
      first:
        '15 s; up to 600 s, or 60 s where several of its servers pass it on',
      idle: 'between_bytes_timeout, after which what has come counts as complete',
    },
    advice:
      'Send a comment at once, then one at less than half of the between_bytes_timeout that you set.',
    addresses: [
      'https://www.fastly.com/documentation/reference/vcl/variables/backend-connection/bereq-first-byte-timeout',
      'https://docs.fastly.com/documentation/reference/api/services/backend',
    ],
    read: READ,
  },
  {
    name: 'Heroku',
    kind: 'Platform',
    timeouts: {
      first: '30 s',
      idle: '55 s, in either direction',
    },
    advice: heartbeat('25 s'),
    addresses: ['https://devcenter.heroku.com/articles/request-timeout'],
    written: '2012-02-14',
    read: READ,
  },
  {
    name: 'Railway',
    kind: 'Platform',
    timeouts: { idle: '60 s', whole: '15 min' },
    advice: `${heartbeat('25 s')} After 15 min the client must resume.`,
    addresses: [
      'https://docs.railway.com/networking/public-networking/specs-and-limits',
    ],
    read: READ,
  },
  {
    name: 'Azure App Service',
    kind: 'Platform',
    timeouts: { idle: '230 s' },
    advice: heartbeat('100 s'),
    addresses: [
      'https://learn.microsoft.com/en-us/answers/questions/1465927/soap-api-request-timeout-in-production-environment',
    ],
    written: '2023-12-22',
    read: READ,
  },
  {
    name: 'Google Cloud Run',
    kind: 'Platform',
    timeouts: { whole: '5 min; up to 60 min' },
    advice: RESUME,
    addresses: [
      'https://docs.cloud.google.com/run/docs/configuring/request-timeout',
    ],
    read: READ,
  },
  {
    name: 'AWS Lambda',
    kind: 'Platform',
    timeouts: {
      whole:
        '3 s; up to 15 min. The stream then ends with the 200 that was sent, and half a body',
    },
    advice: RESUME,
    addresses: [
      'https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html',
      'https://docs.aws.amazon.com/lambda/latest/dg/web-functions-revisions-timeout.html',
    ],
    read: READ,
  },
  {
    name: 'Amazon API Gateway, WebSocket API',
    kind: 'Platform',
    timeouts: { idle: '10 min', whole: '2 h' },
    advice: `${heartbeat('4 min')} After 2 h the client must open another.`,
    addresses: [
      'https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html',
    ],
    read: READ,
  },
  {
    name: 'Vercel Functions',
    kind: 'Platform',
    timeouts: { whole: '300 s; up to 800 s (Pro, Enterprise)' },
    advice: RESUME,
    addresses: ['https://vercel.com/docs/functions/limitations'],
    written: '2025-12-18',
    read: READ,
  },
  {
    name: 'Netlify Functions',
    kind: 'Platform',
    timeouts: { whole: '60 s, and 20 MB of a stream' },
    advice: RESUME,
    addresses: ['https://docs.netlify.com/build/functions/configuration'],
    read: READ,
  },
  {
    name: 'Netlify Edge Functions',
    kind: 'Platform',
    timeouts: { first: '40 s until the headers' },
    advice: 'Send the header section at once.',
    addresses: ['https://docs.netlify.com/build/edge-functions/limits'],
    read: READ,
  },
  {
    name: 'Cloudflare Workers',
    kind: 'Platform',
    timeouts: {
      whole:
        'no limit while the client is connected; an update of the runtime ends it after at most 20 min',
    },
    advice: 'Have the client resume: it will be cut at any time.',
    addresses: [
      'https://developers.cloudflare.com/workers/platform/limits/',
      'https://developers.cloudflare.com/changelog/post/2026-10-12-longer-runtime-update-grace-period/',
    ],
    written: '2026-10-12',
    read: READ,
  },
];

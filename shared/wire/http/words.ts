/** What names and numbers of HTTP mean, for all its versions. */

/** RFC 9110, 15 and the registry that it keeps. */
const STATUS_NAMES: Record<number, string> = {
  100: 'Continue',
  101: 'Switching Protocols',
  103: 'Early Hints',
  104: 'Upload Resumption Supported',
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  203: 'Non-Authoritative Information',
  204: 'No Content',
  205: 'Reset Content',
  206: 'Partial Content',
  300: 'Multiple Choices',
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable',
  417: 'Expectation Failed',
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  425: 'Too Early',
  426: 'Upgrade Required',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  451: 'Unavailable For Legal Reasons',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
  511: 'Network Authentication Required',
};

/** Not yet an RFC; the numbers of its sections still change. */
const RESUMABLE_UPLOAD = 'draft-ietf-httpbis-resumable-upload';

/** `404` → `404 Not Found`; a number without a name stays alone. */
export function statusText(status: number): string {
  const name = STATUS_NAMES[status];
  return name ? `${status} ${name}` : String(status);
}

/**
 * What a status code says.
 * @returns the meaning and the section that has it; of a code without a meaning
 *   of its own, those of its class
 */
export function statusMeaning(
  status: number,
): [meaning: string, section: string] {
  const own = STATUS_MEANINGS[status];
  if (own) return own;
  const ofClass = CLASS_MEANINGS[Math.floor(status / 100)];
  return ofClass ?? ['not in a class of the standard', 'RFC 9110, 15'];
}

/** Status codes with a meaning of their own. */
export const STATUS_MEANINGS: Record<
  number,
  [meaning: string, section: string]
> = {
  101: [
    'after the blank line both sides speak the new protocol',
    'RFC 9110, 15.2.2',
  ],
  104: [
    'interim: this upload can be resumed where Location says, or so much has arrived',
    RESUMABLE_UPLOAD,
  ],
  204: ['done; there is no content to send', 'RFC 9110, 15.3.5'],
  304: [
    'what the client has stored is still valid: no content is sent',
    'RFC 9110, 15.4.5',
  ],
};

/** The classes of status codes, by their first digit. */
export const CLASS_MEANINGS: Record<
  number,
  [meaning: string, section: string]
> = {
  1: ['an interim response: the final one will follow', 'RFC 9110, 15.2'],
  2: ['the request was received, understood and accepted', 'RFC 9110, 15.3'],
  3: [
    'the client must do something more, often at another URL',
    'RFC 9110, 15.4',
  ],
  4: ['the client seems to have made a mistake', 'RFC 9110, 15.5'],
  5: [
    'the server made a mistake, or is not able to do what was requested',
    'RFC 9110, 15.6',
  ],
};

/** RFC 9110, 9.3, and others that are registered. */
export const METHODS: Record<string, [meaning: string, section: string]> = {
  GET: [
    'send me this; a safe method: it asks for no change',
    'RFC 9110, 9.3.1',
  ],
  HEAD: ['as GET, but send the headers only', 'RFC 9110, 9.3.2'],
  POST: [
    'process this content in the way that the target defines',
    'RFC 9110, 9.3.3',
  ],
  PUT: [
    'create the target, or replace it, with this content',
    'RFC 9110, 9.3.4',
  ],
  DELETE: ['remove the target', 'RFC 9110, 9.3.5'],
  CONNECT: [
    'open a tunnel to the target: pass the bytes on as they are',
    'RFC 9110, 9.3.6',
  ],
  OPTIONS: [
    'which options does the target have? a CORS preflight is such a request',
    'RFC 9110, 9.3.7',
  ],
  TRACE: ['send the request back as it arrived', 'RFC 9110, 9.3.8'],
  PATCH: ['change a part of the target', 'RFC 5789, 2'],
  PRI: ['begins HTTP/2', 'RFC 9113, 3.4'],
};

/**
 * What a method asks for.
 * @returns the meaning and the section that has it
 */
export function methodMeaning(method: string): [string, string] {
  return (
    METHODS[method] ?? ['a method that is not explained here', 'RFC 9110, 9.1']
  );
}

/** Header fields by their names in lower case. */
export const HEADERS: Record<string, [meaning: string, section: string]> = {
  ':authority': [
    'host and port of the target URL, as in Host',
    'RFC 9113, 8.3.1',
  ],
  ':method': ['the method', 'RFC 9113, 8.3.1'],
  ':path': ['path and query of the target URL', 'RFC 9113, 8.3.1'],
  ':protocol': ['the protocol to be spoken on this stream', 'RFC 8441, 4'],
  ':scheme': ['scheme of the target URL: http or https', 'RFC 9113, 8.3.1'],
  ':status': ['the status code', 'RFC 9113, 8.3.2'],
  accept: ['media types that the client prefers', 'RFC 9110, 12.5.1'],
  'accept-encoding': [
    'content codings that the client accepts',
    'RFC 9110, 12.5.3',
  ],
  'accept-language': ['languages that the client prefers', 'RFC 9110, 12.5.4'],
  'accept-ranges': [
    'whether a part of it can be requested with Range',
    'RFC 9110, 14.3',
  ],
  'access-control-allow-credentials': [
    'the page may read this even if the request had credentials, such as cookies',
    'Fetch, 3.3.3',
  ],
  'access-control-allow-headers': [
    'headers that a cross-origin page may set on its request',
    'Fetch, 3.3.3',
  ],
  'access-control-allow-methods': [
    'methods that a cross-origin page may use',
    'Fetch, 3.3.3',
  ],
  'access-control-allow-origin': [
    'the origin whose pages may read the response; *: any',
    'Fetch, 3.3.3',
  ],
  'access-control-expose-headers': [
    'headers of the response that a cross-origin page may read',
    'Fetch, 3.3.3',
  ],
  'access-control-max-age': [
    'for how many seconds the result of the preflight may be cached',
    'Fetch, 3.3.3',
  ],
  'access-control-request-headers': [
    'the headers that the page would set on the request after this preflight',
    'Fetch, 3.3.2',
  ],
  'access-control-request-method': [
    'the method of the request after this preflight',
    'Fetch, 3.3.2',
  ],
  age: [
    'seconds since the origin server made or revalidated it: it comes from a cache',
    'RFC 9111, 5.1',
  ],
  allow: ['methods that the target supports', 'RFC 9110, 10.2.1'],
  'alt-svc': [
    'other hosts, ports or protocols that serve the same origin',
    'RFC 7838, 3',
  ],
  authorization: ['credentials of the client: a secret', 'RFC 9110, 11.6.2'],
  'cache-control': ['what caches may do with it', 'RFC 9111, 5.2'],
  connection: [
    'options for this connection only: a proxy does not pass them on',
    'RFC 9110, 7.6.1',
  ],
  'content-disposition': ['to be shown, or saved as a file', 'RFC 6266, 4'],
  'content-encoding': [
    'the codings of the content, such as compression',
    'RFC 9110, 8.4',
  ],
  'content-length': [
    'bytes of content; after HEAD or in a 304: those that GET would get',
    'RFC 9110, 8.6',
  ],
  'content-range': ['which part of the whole this is', 'RFC 9110, 14.4'],
  'content-security-policy': ['what a page may load and run', 'CSP 3.1'],
  'content-type': ['media type of the content', 'RFC 9110, 8.3'],
  cookie: ['cookies that were set before: a secret', 'RFC 6265, 5.4'],
  date: ['when the message was made', 'RFC 9110, 6.6.1'],
  etag: [
    'a validator: names this version of the content; W/ marks a weak one, which similar versions share',
    'RFC 9110, 8.8.3',
  ],
  expect: [
    '100-continue: the client waits for a 100 before it sends the content',
    'RFC 9110, 10.1.1',
  ],
  expires: ['when the response becomes stale', 'RFC 9111, 5.3'],
  host: ['host and port of the target URL', 'RFC 9110, 7.2'],
  'if-modified-since': [
    'send it only if it was changed since then; else 304',
    'RFC 9110, 13.1.3',
  ],
  'if-none-match': [
    'go on only if no validator here is the current one; else 304, or 412 if the method is neither GET nor HEAD',
    'RFC 9110, 13.1.2',
  ],
  'keep-alive': [
    'how long the connection may be idle, and for how many requests it stays open',
    'RFC 9112, appendix C.2.2',
  ],
  'last-event-id': [
    'id of the last event that arrived: resume after it',
    'HTML, 9.2.4',
  ],
  'last-modified': ['when it was last changed', 'RFC 9110, 8.8.2'],
  link: ['links to related resources', 'RFC 8288, 3'],
  location: ['the URL to go to, or of what was created', 'RFC 9110, 10.2.2'],
  origin: [
    'the origin that sends the request: scheme, host and port',
    'RFC 6454, 7',
  ],
  pragma: ['no-cache for caches of HTTP/1.0; deprecated', 'RFC 9111, 5.4'],
  priority: ['how urgent the response is', 'RFC 9218, 5'],
  range: ['send only this part', 'RFC 9110, 14.2'],
  referer: ['the page that made the request', 'RFC 9110, 10.1.3'],
  'retry-after': [
    'how long to wait before the next request',
    'RFC 9110, 10.2.3',
  ],
  'sec-fetch-dest': ['what the page will use it for', 'Fetch Metadata 2.1'],
  'sec-fetch-mode': [
    'the mode of the request, such as cors',
    'Fetch Metadata 2.2',
  ],
  'sec-fetch-site': [
    'whether it is same-origin, same-site or cross-site; none: typed by a person',
    'Fetch Metadata 2.3',
  ],
  'sec-fetch-user': [
    'a person started this navigation, as with a click',
    'Fetch Metadata 2.4',
  ],
  'sec-websocket-accept': [
    'computed from the key: the server understood the handshake',
    'RFC 6455, 4.2.2',
  ],
  'sec-websocket-extensions': [
    'extensions such as compression: offered, or accepted',
    'RFC 6455, 9.1',
  ],
  'sec-websocket-key': [
    'random: Sec-WebSocket-Accept must be computed from it',
    'RFC 6455, 4.1',
  ],
  'sec-websocket-protocol': [
    'subprotocols: offered, or the one that was chosen',
    'RFC 6455, 11.3.4',
  ],
  'sec-websocket-version': [
    '13: the version that RFC 6455 defines',
    'RFC 6455, 4.1',
  ],
  server: ['software of the server', 'RFC 9110, 10.2.4'],
  'set-cookie': [
    'a cookie that the client should store and send with later requests',
    'RFC 6265, 5.2',
  ],
  'strict-transport-security': [
    'from now on, use https only for this host',
    'RFC 6797, 6.1',
  ],
  te: [
    'transfer codings that the client accepts; trailers: those, too',
    'RFC 9110, 10.1.4',
  ],
  'timing-allow-origin': [
    'origins whose pages may see all of its timing',
    'Resource Timing 3.5',
  ],
  trailer: ['names of fields that may follow the content', 'RFC 9110, 6.6.2'],
  'transfer-encoding': [
    'how the body is sent; chunked: in pieces, each with its size',
    'RFC 9112, 6.1',
  ],
  upgrade: [
    'protocols that the client would rather speak, or the one that both speak from here on',
    'RFC 9110, 7.8',
  ],
  'upgrade-insecure-requests': [
    'the client prefers https',
    'Upgrade Insecure Requests 3.2.1',
  ],
  'upload-complete': [
    '?1: with this body the upload is whole; ?0: more will follow',
    RESUMABLE_UPLOAD,
  ],
  'upload-draft-interop-version': [
    'which form of the draft is spoken; without it, no 104',
    RESUMABLE_UPLOAD,
  ],
  'upload-length': ['bytes of the whole upload', RESUMABLE_UPLOAD],
  'upload-limit': [
    'max-size: bytes at most; max-age: seconds for which it is kept',
    RESUMABLE_UPLOAD,
  ],
  'upload-offset': [
    'bytes of the upload that have arrived: go on from here',
    RESUMABLE_UPLOAD,
  ],
  'user-agent': ['software of the client', 'RFC 9110, 10.1.5'],
  vary: [
    'headers of the request on which the choice of this response depends',
    'RFC 9110, 12.5.5',
  ],
  via: ['proxies and gateways that it passed', 'RFC 9110, 7.6.3'],
  'www-authenticate': ['how the client can authenticate', 'RFC 9110, 11.6.1'],
};

/**
 * What a header field says.
 * @param name in upper or lower case
 * @returns the meaning and the section that has it
 */
export function headerMeaning(name: string): [string, string] {
  const known = HEADERS[name.toLowerCase()];
  if (known) return known;
  const byConvention = name.toLowerCase().startsWith('x-');
  return [
    byConvention
      ? 'not explained here; most names with X- are in no standard'
      : 'not explained here',
    'RFC 9110, 5.1',
  ];
}

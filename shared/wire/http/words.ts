/** What names and numbers of HTTP mean, for all its versions. */

/** RFC 9110 15 and the registry that it keeps. */
const STATUS_NAMES: Record<number, string> = {
  100: 'Continue',
  101: 'Switching Protocols',
  103: 'Early Hints',
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

/** `404` → `404 Not Found`; a number without a name stays alone. */
export function statusText(status: number): string {
  const name = STATUS_NAMES[status];
  return name ? `${status} ${name}` : String(status);
}

/** What the first digit of a status says, RFC 9110 15. */
export function statusMeaning(status: number): string {
  if (status === 101)
    return 'from the next byte on, both sides speak the new protocol';
  if (status === 304)
    return 'what the client has is still good: no body is sent';
  if (status === 204) return 'done, and there is nothing to send: no body';
  if (status < 200) return 'not yet the answer: another head will follow';
  if (status < 300) return 'the request was understood and done';
  if (status < 400) return 'the client must do something else, often elsewhere';
  if (status < 500) return 'the server says the request is at fault';
  return 'the server says that it is at fault itself';
}

const METHODS: Record<string, [meaning: string, section: string]> = {
  GET: ['send me this; asking changes nothing', 'RFC 9110 9.3.1'],
  HEAD: ['send me only the head that GET would get', 'RFC 9110 9.3.2'],
  POST: ['here is something: do with it what you do', 'RFC 9110 9.3.3'],
  PUT: ['let this be what is stored there', 'RFC 9110 9.3.4'],
  DELETE: ['let this be gone', 'RFC 9110 9.3.5'],
  CONNECT: ['be a tunnel: pass bytes on as they are', 'RFC 9110 9.3.6'],
  OPTIONS: ['what may be done here? before CORS: may I?', 'RFC 9110 9.3.7'],
  TRACE: ['send back what arrived', 'RFC 9110 9.3.8'],
  PATCH: ['change what is stored there like this', 'RFC 5789 2'],
  PRI: ['begins HTTP/2', 'RFC 9113 3.4'],
};

/**
 * What a method asks for.
 * @returns the meaning and the section that has it
 */
export function methodMeaning(method: string): [string, string] {
  return METHODS[method] ?? ['a method of its own', 'RFC 9110 9.1'];
}

const HEADERS: Record<string, [meaning: string, section: string]> = {
  ':authority': ['which site is meant, as Host was', 'RFC 9113 8.3.1'],
  ':method': ['what to do', 'RFC 9113 8.3.1'],
  ':path': ['what to do it with', 'RFC 9113 8.3.1'],
  ':protocol': ['what to speak inside this stream', 'RFC 8441 4'],
  ':scheme': ['http or https', 'RFC 9113 8.3.1'],
  ':status': ['how it went', 'RFC 9113 8.3.2'],
  accept: ['the types that the client can read', 'RFC 9110 12.5.1'],
  'accept-encoding': ['the compressions it can undo', 'RFC 9110 12.5.3'],
  'accept-language': ['the languages its reader likes', 'RFC 9110 12.5.4'],
  'accept-ranges': ['whether parts may be asked for', 'RFC 9110 14.3'],
  'access-control-allow-credentials': [
    'pages of that origin may send cookies',
    'Fetch 3.3.3',
  ],
  'access-control-allow-headers': [
    'headers such a page may send',
    'Fetch 3.3.3',
  ],
  'access-control-allow-methods': [
    'methods such a page may use',
    'Fetch 3.3.3',
  ],
  'access-control-allow-origin': [
    'pages of this origin may read the answer',
    'Fetch 3.3.3',
  ],
  'access-control-max-age': [
    'for how many seconds this may be remembered',
    'Fetch 3.3.3',
  ],
  'access-control-request-headers': [
    'the headers it would send',
    'Fetch 3.3.2',
  ],
  'access-control-request-method': ['the method it would use', 'Fetch 3.3.2'],
  age: ['seconds it has been in a cache', 'RFC 9111 5.1'],
  allow: ['the methods that are possible here', 'RFC 9110 10.2.1'],
  'alt-svc': ['the same can be had elsewhere, or otherwise', 'RFC 7838 3'],
  authorization: ['who the client is: a secret', 'RFC 9110 11.6.2'],
  'cache-control': ['who may keep this, and for how long', 'RFC 9111 5.2'],
  connection: ['what concerns this connection only', 'RFC 9110 7.6.1'],
  'content-disposition': ['to be shown, or saved as a file', 'RFC 6266 4'],
  'content-encoding': ['how the body is compressed', 'RFC 9110 8.4'],
  'content-length': ['how many bytes the body has', 'RFC 9110 8.6'],
  'content-range': ['which part of the whole this is', 'RFC 9110 14.4'],
  'content-security-policy': ['what a page may load', 'CSP 3.1'],
  'content-type': ['what the body is', 'RFC 9110 8.3'],
  cookie: ['what the server asked to be told again: a secret', 'RFC 6265 5.4'],
  date: ['when the answer was made', 'RFC 9110 6.6.1'],
  etag: ['a name for exactly this version', 'RFC 9110 8.8.3'],
  expect: ['wait for 100 Continue before the body', 'RFC 9110 10.1.1'],
  expires: ['until when a cache may use it', 'RFC 9111 5.3'],
  host: ['which site of this server is meant', 'RFC 9110 7.2'],
  'if-modified-since': ['only if changed since then', 'RFC 9110 13.1.3'],
  'if-none-match': ['only if not this version: else 304', 'RFC 9110 13.1.2'],
  'keep-alive': ['how long the connection may idle', 'RFC 9112 C.2.2'],
  'last-event-id': [
    'the last event that arrived: go on from there',
    'WHATWG HTML 9.2.4',
  ],
  'last-modified': ['when it was changed', 'RFC 9110 8.8.2'],
  link: ['what belongs to it', 'RFC 8288 3'],
  location: ['where to go instead', 'RFC 9110 10.2.2'],
  origin: ['which page asks', 'RFC 6454 7'],
  pragma: ['as Cache-Control, from older times', 'RFC 9111 5.4'],
  priority: ['how urgent it is', 'RFC 9218 5'],
  range: ['only this part', 'RFC 9110 14.2'],
  referer: ['the page where the link was', 'RFC 9110 10.1.3'],
  'retry-after': ['when to come again', 'RFC 9110 10.2.3'],
  'sec-fetch-dest': ['what the page will use it for', 'Fetch Metadata 2.1'],
  'sec-fetch-mode': ['how the page asks', 'Fetch Metadata 2.2'],
  'sec-fetch-site': ['same origin as the page, or not', 'Fetch Metadata 2.3'],
  'sec-fetch-user': ['a person has clicked', 'Fetch Metadata 2.4'],
  'sec-websocket-accept': [
    'made from the key: proof that the request was understood',
    'RFC 6455 4.2.2',
  ],
  'sec-websocket-extensions': [
    'compression and the like: offered, or accepted',
    'RFC 6455 9.1',
  ],
  'sec-websocket-key': [
    'random: the answer must be made from it',
    'RFC 6455 4.1',
  ],
  'sec-websocket-protocol': ['what the messages will be about', 'RFC 6455 1.9'],
  'sec-websocket-version': ['13: the only one in use', 'RFC 6455 4.4'],
  server: ['the program that answers', 'RFC 9110 10.2.4'],
  'set-cookie': ['tell me this again next time', 'RFC 6265 5.2'],
  'strict-transport-security': ['come by https only', 'RFC 6797 6.1'],
  te: ['codings of the transfer it can undo', 'RFC 9110 10.1.4'],
  'timing-allow-origin': ['who may measure it', 'Resource Timing 3.5'],
  trailer: ['fields that follow the body', 'RFC 9110 6.6.2'],
  'transfer-encoding': ['how the body is cut: chunked', 'RFC 9112 6.1'],
  upgrade: ['speak another protocol here', 'RFC 9110 7.8'],
  'upgrade-insecure-requests': [
    'the client would rather have https',
    'Upgrade Insecure Requests 3.2.1',
  ],
  'user-agent': ['the program that asks', 'RFC 9110 10.1.5'],
  vary: ['headers that would change the answer', 'RFC 9110 12.5.5'],
  via: ['the proxies it went through', 'RFC 9110 7.6.3'],
  'www-authenticate': ['how to say who you are', 'RFC 9110 11.6.1'],
};

/**
 * What a header field says.
 * @param name in any letters
 * @returns the meaning and the section that has it
 */
export function headerMeaning(name: string): [string, string] {
  const known = HEADERS[name.toLowerCase()];
  if (known) return known;
  const byConvention = name.toLowerCase().startsWith('x-');
  return [
    byConvention ? 'not in a standard' : 'a field of its own',
    'RFC 9110 5.1',
  ];
}

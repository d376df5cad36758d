/**
 * What counts as a secret: whatever lets somebody else act in your name. It is
 * known by the name that stands before it. This is the only list; what leaves
 * the machine is masked by it (`connection.ts`), and the page shows it.
 */

/** Of the name of a header, parameter or member, the end. */
const ENDS = [
  'cookie',
  'authorization',
  'password',
  'passwd',
  'passphrase',
  'passcode',
  'pwd',
  'token',
  'secret',
  'api-key',
  'access-key',
  'secret-key',
  'private-key',
  'auth-key',
  'master-key',
  'application-key',
  'account-key',
  'signing-key',
  'encryption-key',
  'subscription-key',
  'functions-key',
  'session-id',
  'jwt',
  'otp',
  'ticket',
  'csrf',
  'xsrf',
];

/** The name as a whole. */
const NAMES = [
  'auth',
  'x-auth',
  'pass',
  'pw',
  'credential',
  'assertion',
  'client-assertion',
  'jwt-assertion',
  'saml-response',
  'code-verifier',
  'device-code',
];

/** The last word of a name: `DB_PASS`, `dbPass`, but no `bypass`. */
const LAST_WORDS = ['pass', 'pw'];

/** What may stand anywhere in a name: `password_again`, `new-passwd-2`. */
const PARTS = ['password', 'passwd'];

/** In a query or a form only: elsewhere they mostly mean something else. */
const PARAMETERS = [
  'key',
  'code',
  'pin',
  'sig',
  'signature',
  'x-amz-signature',
  'x-goog-signature',
  'sid',
  'phpsessid',
];

const plain = (name: string): string =>
  name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

const ends = ENDS.map(plain);
const names = new Set(NAMES.map(plain));
const parts = PARTS.map(plain);
const parameters = new Set(PARAMETERS.map(plain));
const lastWord = new RegExp(`[^a-z0-9](?:${LAST_WORDS.join('|')})$`);

/** No name that long is looked at. */
const LONGEST = 200;

/**
 * Whether what stands under this name is a secret.
 *
 * @param name of a header, a parameter or a member of JSON; capital letters,
 *   `-`, `_` and a number at its end make no difference
 * @param isParameter it is one of a query or a form
 */
export function isSecretName(name: string, isParameter = false): boolean {
  if (name.length > LONGEST) return false;
  const known = isParameter ? knownParameters : knownNames;
  let result = known.get(name);
  if (result === undefined) {
    if (known.size >= MOST_KNOWN) known.clear();
    // A form has `token[value]` for what is {"token":{"value":…}} in JSON.
    result = [name, ...name.split(/[[\]]+/)].some(
      (part) => part !== '' && isSecret(part, isParameter),
    );
    known.set(name, result);
  }
  return result;
}

/** A recording has a million names, most of them the same few. */
const knownNames = new Map<string, boolean>();
const knownParameters = new Map<string, boolean>();
const MOST_KNOWN = 1_000;

/** `dbPass` as `db-pass`. */
const inWords = (name: string): string =>
  name.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();

function isSecret(name: string, isParameter: boolean): boolean {
  const known = plain(name);
  const unnumbered = known.replace(/[0-9]+$/, '');
  return (
    names.has(known) ||
    ends.some((end) => unnumbered.endsWith(end)) ||
    parts.some((part) => known.includes(part)) ||
    lastWord.test(inWords(name)) ||
    (isParameter && parameters.has(known))
  );
}

/** So long may a piece of a subprotocol be that is a word, in characters. */
const LONGEST_WORD = 19;

/**
 * Which parts of the value of `Sec-WebSocket-Protocol` are secrets, as places
 * in it: what follows `bearer` or a name of the list, and every piece of 20
 * characters or more with a digit or a capital letter in it.
 */
export function secretSubprotocols(
  value: string,
): [from: number, to: number][] {
  const secret: [number, number][] = [];
  let isNext = false;
  for (const { 0: member, index } of value.matchAll(/[^,\s]+/g)) {
    const end = index + member.length;
    if (isNext) {
      secret.push([index, end]);
      isNext = false;
      continue;
    }
    for (const { 0: piece, index: at } of member.matchAll(/[^.]+/g)) {
      const from = index + at;
      const bearer = /^bearer(?:[^a-z0-9]|$)/i.exec(piece);
      if (bearer || isSecretName(piece)) {
        const after = from + (bearer ? 'bearer'.length : piece.length) + 1;
        if (after < end) secret.push([after, end]);
        else isNext = true;
        break;
      }
      if (piece.length > LONGEST_WORD && /[0-9A-Z]/.test(piece))
        secret.push([from, from + piece.length]);
    }
  }
  return secret;
}

const listed = (all: readonly string[]): string =>
  `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`;

/** The list in words, to be read before something is saved. */
export const SECRETS: readonly { what: string; where: string }[] = [
  {
    what: `Under a name that ends in ${listed(ENDS)}; has ${listed(PARTS)} in it; has ${listed(LAST_WORDS)} as its last word; or is ${listed(NAMES)}. Capital letters, -, _ and a number at the end make no difference.`,
    where:
      'Headers and trailers; parameters of a query or a form; parts of multipart/form-data; members of JSON, with all that they hold, also as {"name": …, "value": …}; <input>, <meta>, attributes and strings in scripts of HTML; "Name: value" and name=value in any other text; properties of MQTT 5.',
  },
  {
    what: `Under the name ${listed(PARAMETERS)}.`,
    where: 'Parameters of a query or a form.',
  },
  {
    what: 'The user and password before the @ of a URL.',
    where: 'Request targets, headers, bodies, messages.',
  },
  {
    what: `What follows bearer or a name of the first list, and every piece of ${LONGEST_WORD + 1} characters or more with a digit or a capital letter in it.`,
    where: 'Sec-WebSocket-Protocol.',
  },
  {
    what: 'User name, password and authentication data.',
    where: 'MQTT.',
  },
  {
    what: 'All of it, if one of these is in it, or if it cannot be read; the number of bytes stays.',
    where:
      'Compressed bodies and messages; headers and messages that are malformed or were cut; all that follows on such a connection; connections whose beginning the recording has dropped.',
  },
];

/** Where secrets are not looked for. */
export const NO_SECRETS =
  'Not found are secrets in XML, in Protocol Buffers and other binary formats, in pictures, in text in UTF-16, in assignments in scripts and style sheets, in the logins of other protocols (Redis, SMTP, PostgreSQL), and wherever no such name stands before them.';

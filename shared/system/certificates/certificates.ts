/**
 * The certificate for `https://localhost`: made on this machine, kept in
 * `.certificates/` (ignored by git), renewed in time.
 */
import { createHash, randomUUID, X509Certificate } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { makeFolder } from '../make-folder.ts';
import { certificateFolder } from '../place.ts';

/** A private key and its certificate, both as PEM. */
export interface Certificate {
  key: string;
  cert: string;
  /**
   * base64 of the SHA-256 of the SubjectPublicKeyInfo (RFC 5280, 4.1.2.7): what
   * Chromium takes in `--ignore-certificate-errors-spki-list`.
   */
  spki: string;
}

const DAY = 24 * 60 * 60 * 1000;
// A browser's exception for it lasts as long as it does.
const LIFE = 365 * DAY;
const FILE = 'localhost.pem';
/** Where the key and the certificate are kept, once they were made. */
export const certificateFile = join(certificateFolder, FILE);

/**
 * The certificate for localhost, 127.0.0.1 and ::1. Makes one where there is
 * none, where less than a day is left, or where the file is damaged.
 *
 * @param folder where it is kept; `.certificates/` at the top of the tree
 * @param now the time to judge by, in milliseconds since 1970
 * @throws Error where it cannot be kept; its cause is the reason
 */
export async function localCertificate(
  folder = certificateFolder,
  now = Date.now(),
): Promise<Certificate> {
  const path = join(folder, FILE);
  const pem = await read(path);
  const kept = parse(pem);
  if (kept && lastsAnotherDay(kept, now)) return kept;
  await keep(await make(now), folder, path, pem !== undefined).catch(
    (cause: unknown) => {
      const what = 'The certificate for https://127.0.0.1 cannot be kept in';
      throw new Error(`${what} ${folder}`, { cause });
    },
  );
  const made = parse(await read(path));
  if (made) return made;
  throw new Error(
    `made a certificate in ${folder}, but ${FILE} there cannot be read: ` +
      'delete the folder and start again',
  );
}

/** @param isUseless whether what is there was seen to be of no use */
async function keep(
  made: string,
  folder: string,
  path: string,
  isUseless: boolean,
): Promise<void> {
  makeFolder(folder);
  // Only what was seen to be useless: another process may just have made one.
  if (isUseless) await rm(path, { force: true });
  const draft = join(folder, `${randomUUID()}.draft`);
  try {
    await writeFile(draft, made, { mode: 0o600 });
    await link(draft, path);
  } catch (error) {
    // Another process was quicker: both must use the same certificate.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function read(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

/** undefined where the text does not hold a key and a certificate. */
function parse(pem = ''): Certificate | undefined {
  const [key] =
    /-----BEGIN PRIVATE[ ]KEY-----[^]+?-----END.+\n?/.exec(pem) ?? [];
  const [cert] =
    /-----BEGIN CERTIFICATE-----[^]+?-----END.+\n?/.exec(pem) ?? [];
  if (!key || !cert) return undefined;
  try {
    const { publicKey } = new X509Certificate(cert);
    const info = publicKey.export({ type: 'spki', format: 'der' });
    const spki = createHash('sha256').update(info).digest('base64');
    return { key, cert, spki };
  } catch {
    return undefined;
  }
}

function lastsAnotherDay({ cert }: Certificate, now: number): boolean {
  const { validTo, validFrom } = new X509Certificate(cert);
  return Date.parse(validTo) - now > DAY && Date.parse(validFrom) <= now;
}

async function make(now: number): Promise<string> {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    // A clock that is a little behind would otherwise refuse it.
    notBeforeDate: new Date(now - 60_000),
    notAfterDate: new Date(now + LIFE),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  return `${made.private.trim()}\n${made.cert.trim()}\n`;
}

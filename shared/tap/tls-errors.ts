/**
 * Why a TLS handshake failed, in sentences. Those of OpenSSL name a file and a
 * line in C, and leave out what to do.
 */
import { isIP } from 'node:net';
import type { Target } from './dial.ts';

/** The connection ended before the TLS handshake did. */
export class ClosedInHandshake extends Error {
  constructor() {
    super('closed during the TLS handshake');
  }
}

interface TlsError extends Error {
  code?: string;
  /** OpenSSL's sentence, without its numbers. */
  reason?: string;
  /** What a certificate that is for another name is for. */
  cert?: { subjectaltname?: string };
}

/** Alerts of clients that do not accept a certificate (RFC 8446, 6.2). */
const DISTRUST = new Set([
  'bad_certificate',
  'unsupported_certificate',
  'certificate_revoked',
  'certificate_expired',
  'certificate_unknown',
  'unknown_ca',
]);

/**
 * The alert that the other side sent, by its name in RFC 8446, 6.2; undefined
 * where it sent none.
 */
function alertOf({ message, reason = '' }: TlsError): string | undefined {
  if (!/SSL alert number \d+/.test(message)) return undefined;
  // "ssl/tls alert handshake failure", "tlsv1 unrecognized name"
  return reason.replace(/^\S+ (?:alert )?/, '').replaceAll(' ', '_');
}

/** What is wrong between the tap and its client. */
export interface ClientTrouble {
  text: string;
  /** It may be that the client does not trust the tap's certificate. */
  distrust: boolean;
}

/**
 * Why a handshake with a client failed.
 *
 * @param received how many bytes came from it
 * @param offers what the tap offered by ALPN
 */
export function clientTrouble(
  error: Error,
  received: number,
  offers: readonly string[],
): ClientTrouble {
  const { code, reason } = error as TlsError;
  const alert = alertOf(error);
  if (alert !== undefined && DISTRUST.has(alert))
    return {
      text: `the client does not trust the tap's certificate: it ended the TLS handshake with the alert ${alert}`,
      distrust: true,
    };
  if (alert !== undefined)
    return trouble(
      `the client ended the TLS handshake with the alert ${alert}`,
    );
  const left = error instanceof ClosedInHandshake || code === 'ECONNRESET';
  if (left && received === 0)
    return trouble('the client closed the connection before the TLS handshake');
  if (left)
    return {
      text: "the client closed the connection during the TLS handshake: perhaps it does not trust the tap's certificate",
      distrust: true,
    };
  switch (code) {
    case 'ERR_SSL_HTTP_REQUEST':
    case 'ERR_SSL_HTTPS_PROXY_REQUEST':
      return trouble(
        'the client sent a plain HTTP request to a port that speaks TLS: open it with https:, not http:',
      );
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
    case 'ERR_SSL_UNEXPECTED_MESSAGE':
      return trouble(
        'the client sent something other than TLS to a port that speaks TLS',
      );
    case 'ERR_SSL_UNSUPPORTED_PROTOCOL':
      return trouble('the client offers only versions of TLS older than 1.2');
    case 'ERR_SSL_NO_APPLICATION_PROTOCOL':
      return trouble(
        `the client offered by ALPN nothing that the server speaks; the server speaks ${offers.join(' and ')}`,
      );
    default:
      return trouble(
        `the TLS handshake with the client failed: ${reason ?? error.message}`,
      );
  }
}

function trouble(text: string): ClientTrouble {
  return { text, distrust: false };
}

/** Codes for a target that sends something else than TLS. */
const NO_TLS = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_UNEXPECTED_MESSAGE',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
]);

/**
 * Why TLS with a target failed, or ended with an alert.
 *
 * @param protocol what was offered to it by ALPN
 * @returns undefined where the error has nothing to do with TLS
 */
export function targetTrouble(
  error: Error,
  { host, port }: Target,
  protocol: string | undefined,
): string | undefined {
  const { code, reason, cert } = error as TlsError;
  const alert = alertOf(error);
  const at = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  if (alert !== undefined)
    return `${at} ended TLS with the alert ${alert}${meaningOf(alert, host, protocol)}`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `the certificate of ${at} is not for ${host}, but for ${cert?.subjectaltname || 'no name'}`;
  if (code !== undefined && NO_TLS.has(code))
    return `expected TLS from ${at}, found something else. If it speaks plain text, give the tap http: instead of https:`;
  if (error instanceof ClosedInHandshake)
    return `${at} closed the connection during the TLS handshake. Either it speaks plain text (then give the tap http: instead of https:), or it has no certificate for ${host}${unnamed(host)}`;
  if (code?.startsWith('ERR_SSL_'))
    return `TLS with ${at} failed: ${reason ?? code}`;
  if (UNTRUSTED.has(code ?? ''))
    return `the certificate of ${at} is not trusted: ${error.message}. If you know who issued it, name that certificate in NODE_EXTRA_CA_CERTS`;
  return undefined;
}

/** Codes for certificates that another CA certificate would make trusted. */
const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function meaningOf(
  alert: string,
  host: string,
  protocol: string | undefined,
): string {
  switch (alert) {
    case 'unrecognized_name':
      return `: it has no certificate for ${host}${unnamed(host)}`;
    case 'internal_error':
      return `: some servers send it if they have no certificate for ${host}${unnamed(host)}`;
    case 'handshake_failure':
      return `: it found no cipher suite or parameters that both support, requires a certificate of the client, or has none for ${host}${unnamed(host)}`;
    case 'certificate_required':
      return ': it requires a certificate of the client, and the tap has none';
    case 'protocol_version':
      return ': it accepts no version of TLS that the tap offers, 1.2 or 1.3';
    case 'no_application_protocol':
      return `: it does not speak ${protocol ?? 'what was offered'}`;
    default:
      return '';
  }
}

/** What to try where the target is an address: SNI takes names only (RFC 6066, 3). */
function unnamed(host: string): string {
  if (isIP(host) === 0) return '';
  return '. It was sent no name (SNI), as the target is an address: give the tap a name instead';
}

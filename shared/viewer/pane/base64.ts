/** The bytes of base64 (RFC 4648, 4). */
export function fromBase64(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

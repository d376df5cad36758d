/** What each browser asks about a certificate that nobody has signed. */
import { engineOf, isSafari } from './engine.ts';

/**
 * What the reader's browser shows at such an address, and what to press.
 *
 * @param userAgent as `navigator.userAgent` has it
 */
export function certificateHint(userAgent: string): string {
  // Safari User Guide, "Avoid fraud by using encrypted websites", November 2026.
  if (isSafari(userAgent))
    return (
      'Safari shows a warning with a way to continue, and then keeps the ' +
      'certificate in your keychain: so says Apple’s guide. Safari was not run.'
    );
  return hints[engineOf(userAgent)];
}

// Seen in Chromium 156, Firefox ESR 153 and WebKitGTK 2.50.
const hints: Record<ReturnType<typeof engineOf>, string> = {
  chromium: 'Chromium calls it “Privacy error”: press Advanced, then Proceed.',
  firefox:
    'Firefox asks you to be careful: press Advanced, then Proceed. It asks ' +
    'once for each port, and keeps your decision as long as the certificate ' +
    'is the same.',
  webkitgtk:
    'MiniBrowser shows nothing where the page is in a frame. In a tab it asks ' +
    'in a bar above the page: press Yes. Your decision holds for all ports of ' +
    'the host name, until MiniBrowser is closed.',
};

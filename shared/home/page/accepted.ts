/** Whether this browser accepts the addresses of the claims over HTTP/2. */
import { certificateHint } from '@on-the-wire/viewer/page/certificate.ts';
import { announce, inside, own } from '@on-the-wire/viewer/page/elements.ts';
import { postJson } from '@on-the-wire/viewer/page/post-json.ts';
import type { AddressesMessage } from '../messages.ts';
import { nextMessage } from './run-claim.ts';

/** ms until an address that does not respond counts as refused. */
const PATIENCE = 3_000;

let asking: Promise<boolean> | undefined;

/**
 * Looks which addresses are accepted, and lists those that are not.
 *
 * @returns whether all are
 */
export function lookAtAddresses(): Promise<boolean> {
  asking ??= look().finally(() => (asking = undefined));
  return asking;
}

/** Puts the list away: it is about another version of HTTP. */
export function hideAddresses(): void {
  own('refused').hidden = true;
}

async function look(): Promise<boolean> {
  const { probe, addresses } = await postJson<AddressesMessage>(
    '/claims/offer',
    {},
  );
  const frame = document.createElement('iframe');
  frame.tabIndex = -1;
  const { origin } = new URL(probe);
  let accepted = addresses.map(() => false);
  try {
    const told = nextMessage(frame, origin, PATIENCE, 'refused');
    frame.src = probe;
    inside(document.body, '.frames').append(frame);
    ({ accepted } = (await told) as { accepted: boolean[] });
  } catch {
    // Of the others nothing is known: their turn comes after the first one's.
  } finally {
    frame.remove();
  }
  show(addresses.filter((_, at) => accepted[at] !== true));
  return addresses.every((_, at) => accepted[at] === true);
}

function show(refused: string[]): void {
  const place = own('refused');
  const wasHidden = place.hidden;
  place.hidden = refused.length === 0;
  inside(place, '.hint').textContent = certificateHint(navigator.userAgent);
  inside(place, 'ul').replaceChildren(
    ...refused.map((address) => {
      const item = document.createElement('li');
      const link = document.createElement('a');
      Object.assign(link, { href: address, textContent: address });
      link.target = '_blank';
      link.rel = 'noopener';
      item.append(link);
      return item;
    }),
  );
  if (wasHidden && refused.length > 0)
    announce('Your browser does not accept the certificate: see the list.');
}

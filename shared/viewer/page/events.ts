/** The one event stream that an open shell holds: see ../server/event-stream.ts. */

/** Reconnects by itself, and resumes after the last event's id. */
export const events = new EventSource('/events');

// Else the browser would say that it was cut off while the page goes away.
addEventListener('pagehide', () => events.close());
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload();
});

/** The run of the shell that an event's id is from: the part before the number. */
export function runOf(lastEventId: string): string {
  return lastEventId.split('-')[0] ?? '';
}

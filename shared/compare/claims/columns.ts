/** The columns of the table. */
export const columns = {
  xhr: 'XMLHttpRequest',
  fetch: 'fetch',
  sse: 'Server-Sent Events',
  websocket: 'WebSocket',
} as const;
export type Column = keyof typeof columns;

/** The version of HTTP is a switch over the whole table. */
export type Http = '1.1' | '2';

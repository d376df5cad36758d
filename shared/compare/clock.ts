/**
 * The clock that server, tap and page share: ms since 1970, with fractions.
 * They run on one machine; a page has the same two numbers.
 */
export const now = (): number => performance.timeOrigin + performance.now();

/**
 * A date as the course writes it: 29 November 2026.
 *
 * @param date a moment, or a day: `2026-11-29`
 */
export const dateInWords = (date: Date | string): string =>
  (typeof date === 'string'
    ? new Date(`${date}T12:00`)
    : date
  ).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  });

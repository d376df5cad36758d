/** The trains that call at Seehausen, and what its loudspeakers say. */
import type { Departure } from './update.ts';

/** Name and destination; at most 6 and 16 characters, as the board has flaps. */
export const trains: readonly (readonly [train: string, to: string])[] = [
  ['RE 17', 'Zürich HB'],
  ['IC 703', 'Genève'],
  ['ICE 73', 'Köln Hbf'],
  ['EC 391', 'Malmö C'],
  ['EC 45', 'Kraków Główny'],
  ['IC 157', 'Łódź Fabryczna'],
  ['S 5', 'Pfäffikon SZ'],
  ['IR 36', 'Basel SBB'],
  ['EC 151', 'Milano Centrale'],
  ['NJ 467', 'Wien Hbf'],
  ['RE 3', 'Lübeck Hbf'],
  ['S 8', 'Dübendorf'],
  ['IC 5', 'Neuchâtel'],
  ['EC 87', 'München Hbf'],
  ['RJX 65', 'Budapest-Keleti'],
  ['IR 15', 'Luzern'],
  ['EC 277', 'Praha hl. n.'],
  ['RE 41', 'Besançon-Viotte'],
  ['S 12', 'Brugg AG'],
  ['EC 37', 'København H'],
  ['NJ 402', 'Bruxelles-Midi'],
  ['IC 34', 'Göteborg C'],
  ['RE 11', 'Saarbrücken Hbf'],
  ['S 2', 'Zürich Flughafen'],
  ['EC 102', 'Poznań Główny'],
  ['IR 75', 'Konstanz'],
  ['IC 9', 'Liège-Guillemins'],
  ['RE 6', 'Görlitz'],
  ['EC 113', 'Klagenfurt Hbf'],
  ['S 3', 'Bülach'],
  ['NJ 462', 'București Nord'],
  ['TGV 92', 'Paris-Lyon'],
  ['EC 57', 'Wrocław Główny'],
  ['IR 13', 'Sargans'],
  ['IC 201', 'Tübingen Hbf'],
  ['EC 31', 'Győr'],
  ['S 15', 'Rapperswil'],
  ['IC 12', 'Plzeň hl. n.'],
  ['NJ 408', 'Hamburg-Altona'],
  ['RE 8', 'Nürnberg Hbf'],
];

/** The platforms of Seehausen. */
// prettier-ignore
export const platforms: readonly string[] = [
  '1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12',
];

type Text = (row: Departure) => string;

const late: readonly Text[] = [
  ({ train, to, delay }) =>
    `${train} to ${to} is about ${delay} minutes late. We’re sorry.`,
  ({ train, to, delay }) =>
    `„Wir bitten um Verständnis“: ${train} to ${to}, ${delay} minutes late.`,
  ({ to, delay }) =>
    `Passengers to ${to}: ${delay} minutes more. The café is open.`,
];

const punctual: readonly Text[] = [
  ({ train, to, due }) =>
    `${train} to ${to} is expected to leave on time, at ${due}.`,
  ({ train, to }) =>
    `The dining car of ${train} to ${to} serves "crème brûlée" today.`,
  ({ train, to, platform }) =>
    `Passengers to ${to}: ${train} leaves from platform ${platform}.`,
];

const boarding: readonly Text[] = [
  ({ train, to, platform }) =>
    `„Bitte einsteigen!“ ${train} to ${to}, platform ${platform}.`,
  ({ train, platform }) =>
    `Platform ${platform}: the doors of ${train} close soon. Don’t run.`,
];

const departed: readonly Text[] = [
  ({ train, to, platform }) =>
    `${train} to ${to} has left platform ${platform}. „Gute Reise!“`,
  ({ platform }) =>
    `Found on platform ${platform}: a book, "L’Étranger", and one glove.`,
];

const cancelled: readonly Text[] = [
  ({ train, to, due }) =>
    `${train} to ${to} at ${due} is cancelled. Please ask at the counter.`,
  ({ train, to }) =>
    `„${train} fällt heute aus“: there’s no ${train} to ${to} today.`,
];

/** The announcements that fit a row as it is now. */
export function textsFor({ status, delay }: Departure): readonly Text[] {
  if (status === 'scheduled') return delay > 0 ? late : punctual;
  return { boarding, departed, cancelled }[status];
}

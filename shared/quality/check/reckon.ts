/**
 * Does a sum again that is written for people: `57 = 10,000 × 715 × 8 / 1e6`,
 * or `17 × 0.3 s = 5.1 s`. Words beside numbers are left out; units may count
 * or not, as the sum needs it.
 */

/** How much a unit is of the one that its kind is reckoned in. */
const units: Record<string, number> = {
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  kbit: 1e3,
  Mbit: 1e6,
  Gbit: 1e9,
  ms: 1e-3,
  µs: 1e-6,
  μs: 1e-6,
  ns: 1e-9,
  minute: 60,
  minutes: 60,
  hour: 3600,
  hours: 3600,
  day: 86_400,
  days: 86_400,
  thousand: 1e3,
  million: 1e6,
  hundred: 100,
};

/** What a sum says. */
export interface Reckoned {
  /** What does not come out, or cannot be read. */
  wrong?: string;
  /** All numbers in it. */
  numbers: number[];
}

/** Reads equations that are separated by `;` or `, `, and does them again. */
export function reckon(said: string): Reckoned {
  const numbers: number[] = [];
  let equations = 0;
  for (const part of said.split(/;\s*|,\s+/)) {
    const sides = part.split(/[=≈]/);
    for (const [found] of part.matchAll(/\d[\d,]*(?:\.\d+)?/g))
      numbers.push(Number(found.replaceAll(',', '')));
    if (sides.length < 2) continue; // words about it
    equations += 1;
    for (const [index, right] of sides.entries()) {
      const left = sides[index - 1];
      if (left !== undefined && !isEqual(left, right))
        return { wrong: `${left.trim()} = ${shown(left, right)}`, numbers };
    }
  }
  if (equations === 0) return { wrong: 'an equation: 6 = 2 × 3', numbers };
  return { numbers };
}

function shown(left: string, right: string): string {
  const simple = isNumber(left) ? right : left;
  const value = evaluate(simple, false);
  return value === undefined
    ? `a sum of numbers: ${simple.trim()} is none`
    : String(Number(value.toPrecision(6)));
}

function isEqual(left: string, right: string): boolean {
  const exactness = Math.max(
    ...[left, right].map((side) => (isNumber(side) ? lastPlace(side) : 0)),
  );
  return [false, true].some((withUnits) => {
    const [one, other] = [
      evaluate(left, withUnits),
      evaluate(right, withUnits),
    ];
    if (one === undefined || other === undefined) return false;
    const scale = withUnits ? Math.max(scaleOf(left), scaleOf(right)) : 1;
    const allowed = Math.max((exactness * scale) / 2, Math.abs(one) * 0.005);
    return Math.abs(one - other) <= allowed * (1 + 1e-9);
  });
}

/** Whether a side is one number, with words or without. */
function isNumber(side: string): boolean {
  return (side.match(/\d[\d,]*(?:\.\d+)?(?:e\d+)?/g) ?? []).length === 1;
}

/** What the last digit that counts is worth: 40 → 10, 5.1 → 0.1. */
function lastPlace(side: string): number {
  const digits =
    /\d[\d,]*(?:\.\d+)?/.exec(side)?.[0].replaceAll(',', '') ?? '0';
  const decimals = /\.(\d+)$/.exec(digits)?.[1]?.length;
  if (decimals !== undefined) return 10 ** -decimals;
  return 10 ** (/0*$/.exec(digits)?.[0].length ?? 0);
}

function scaleOf(side: string): number {
  return (
    Math.max(
      0,
      ...(side.match(/[\p{L}]+/gu) ?? []).map((word) => units[word] ?? 0),
    ) || 1
  );
}

/** The value of a side; `undefined` where it is no sum. */
function evaluate(side: string, withUnits: boolean): number | undefined {
  const plain = side
    .replaceAll(/(?<=\d),(?=\d{3})/g, '')
    .replaceAll(/[×·]/g, '*')
    .replaceAll('÷', '/')
    .replaceAll('−', '-')
    .replaceAll(
      /(\d(?:\.\d+)?e\d+)|\p{L}+(?:\/s)?/gu,
      (word, number?: string) => {
        if (number !== undefined) return number;
        const scale = withUnits ? units[word.replace(/\/s$/, '')] : undefined;
        return scale === undefined ? ' ' : `*${scale}`;
      },
    )
    .replaceAll(/(\d)\s*%/g, '$1')
    .trim();
  const tokens = plain.match(/\d+(?:\.\d+)?(?:e[+-]?\d+)?|[-+*/()]|\S/g) ?? [];
  let at = 0;
  const fail = Number.NaN;
  const factor = (): number => {
    const token = tokens[at++];
    if (token === '(') {
      const inner = sum();
      return tokens[at++] === ')' ? inner : fail;
    }
    if (token === '-') return -factor();
    return token !== undefined && /^\d/.test(token) ? Number(token) : fail;
  };
  const product = (): number => {
    let value = factor();
    while (tokens[at] === '*' || tokens[at] === '/')
      value = tokens[at++] === '*' ? value * factor() : value / factor();
    return value;
  };
  function sum(): number {
    let value = product();
    while (tokens[at] === '+' || tokens[at] === '-')
      value = tokens[at++] === '+' ? value + product() : value - product();
    return value;
  }
  const value = sum();
  return at === tokens.length && Number.isFinite(value) ? value : undefined;
}

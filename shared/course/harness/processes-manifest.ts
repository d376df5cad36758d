/** Whether the fields `processes` and `map` of a manifest make sense. */

const speeches = ['http', 'mqtt', 'frames'];

/**
 * @param processes the field as it was found
 * @returns field, what was found, and what was expected; undefined where it is
 *   all right, or not there
 */
export function complaintAboutProcesses(
  processes: unknown,
): [field: string, found: unknown, expected: string] | undefined {
  if (processes === undefined) return undefined;
  const field = 'lesson.processes';
  if (!isObject(processes))
    return [field, processes, 'an object with a name for each process'];
  const all = Object.entries(processes);
  const known = new Set<unknown>();
  for (const [name, process] of all) {
    if (!isName(name)) return [field, name, 'names in small letters'];
    const at = `${field}.${name}`;
    if (!isObject(process)) return [at, process, 'an object such as {}'];
    const { file = 'a.ts', speaks = 'http', addresses = {} } = process;
    if (typeof file !== 'string' || !/^[\w-]+\.ts$/.test(file))
      return [`${at}.file`, file, 'a file of the lesson such as "server.ts"'];
    if (!speeches.includes(speaks as string))
      return [`${at}.speaks`, speaks, `one of ${speeches.join(', ')}`];
    const good =
      isObject(addresses) &&
      Object.entries(addresses).every(
        ([each, speech]) => isName(each) && speeches.includes(speech as string),
      );
    if (!good) return [`${at}.addresses`, addresses, 'such as {"x": "frames"}'];
    for (const each of [name, ...Object.keys(addresses)]) {
      if (known.has(each)) return [at, each, 'each name once'];
      known.add(each);
    }
  }
  for (const [name, process] of all) {
    const { calls = [] } = process as { calls?: unknown };
    if (!Array.isArray(calls) || !calls.every((each) => known.has(each))) {
      const names = [...known].join(', ');
      return [`${field}.${name}.calls`, calls, `a list of these: ${names}`];
    }
  }
  const main = all.find(([, process]) => process?.file === 'server.ts');
  if (!main?.[1].browsers)
    return [field, processes, 'one with "file": "server.ts", for browsers'];
  return undefined;
}

/**
 * @param map the field as it was found
 * @param processes the field beside it, which makes sense
 * @returns as `complaintAboutProcesses`
 */
export function complaintAboutMap(
  map: unknown,
  processes: unknown = {},
): [field: string, found: unknown, expected: string] | undefined {
  if (map === undefined) return undefined;
  const field = 'lesson.map';
  if (!isObject(map))
    return [field, map, 'an object such as {"browser": [10, 50]}'];
  const names = ['browser', ...Object.keys(processes as object)];
  for (const [name, place] of Object.entries(map)) {
    if (!names.includes(name))
      return [field, name, `one of these: ${names.join(', ')}`];
    const isPlace =
      Array.isArray(place) &&
      place.length === 2 &&
      place.every(
        (each) => typeof each === 'number' && each >= 0 && each <= 100,
      );
    if (!isPlace)
      return [`${field}.${name}`, place, 'two numbers from 0 to 100'];
  }
  return undefined;
}

const isName = (text: string) => /^[a-z][a-z0-9]*$/.test(text);

function isObject(value: unknown): value is Record<string, any> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The number in `#unit-42`, if the address has one. */
export function linkedUnit(): number | undefined {
  const n = /^#unit-(\d+)$/.exec(location.hash)?.[1];
  return n === undefined ? undefined : Number(n);
}

/**
 * The border: what arrives is `unknown`, and leaves with a type that it has. A
 * description of a shape is both, the check and the type; what it does not name
 * may be there, too.
 */
type Is<T> = (value: unknown) => value is T;
export type TypeOf<I> = I extends Is<infer T> ? T : never;
type Fields = Record<string, Is<unknown>>;

export const text = (value: unknown) => typeof value === 'string';
export const number = (value: unknown) => typeof value === 'number';
export const yesOrNo = (value: unknown) => typeof value === 'boolean';
export const oneOf = <T extends string>(...all: T[]) => {
  return (value: unknown): value is T => all.includes(value as T);
};
export const optional = <T>(is: Is<T>) => {
  return (value: unknown) => value === undefined || is(value);
};
export const list = <T>(is: Is<T>) => {
  return (value: unknown): value is T[] =>
    Array.isArray(value) && value.every(is);
};
export const object = <F extends Fields>(fields: F) => {
  return (value: unknown): value is { [K in keyof F]: TypeOf<F[K]> } =>
    typeof value === 'object' &&
    Object.entries(fields).every(([name, is]) => is(Object(value)[name]));
};
export const anyOf = <A extends Is<unknown>[]>(...all: A) => {
  return (value: unknown): value is TypeOf<A[number]> =>
    all.some((is) => is(value));
};

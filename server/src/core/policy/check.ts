/**
 * Small checks that packs are parsed with. Each looks at one value that nobody vouches for and either returns it typed or
 * writes down what was expected there.
 */
import type { ProtocolError } from '@zhenxue/protocol';

/** What was wrong with a value; numbers are shown, texts never. */
export type Fault = ProtocolError;

/** Faults kept per document: enough to mend it in one go, whatever was given. */
export const FAULTS_MAX = 64;

/** Looks at a value at `path`; returns undefined when it wrote a fault, and where {@link orAbsent} allows that nothing is there. */
export type Check<T> = (value: unknown, path: string, faults: Fault[]) => T | undefined;

/** Writes a fault, up to {@link FAULTS_MAX}. */
export function fault(faults: Fault[], path: string, expected: string, got: string): undefined {
  if (faults.length < FAULTS_MAX) faults.push({ code: 'invalid-request', path, expected, got });
  return undefined;
}

/** The kind of a value, or the number itself. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  return value === undefined ? 'nothing' : `a value of type ${typeof value}`;
}

/** A whole number in `low..high`; `unit` says of what. */
export function integer(low: number, high: number, unit: string): Check<number> {
  return (value, path, faults) => {
    const fits = typeof value === 'number' && Number.isSafeInteger(value) && value >= low && value <= high;
    if (fits) return value;
    return fault(faults, path, `a whole number of ${unit} from ${low} to ${high}`, kindOf(value));
  };
}

/** True or false. */
export const bool: Check<boolean> = (value, path, faults) =>
  typeof value === 'boolean' ? value : fault(faults, path, 'true or false', kindOf(value));

/** A text that a predicate accepts; `words` say what that is. */
export function text(accepts: (value: string) => boolean, words: string): Check<string> {
  return (value, path, faults) => {
    if (typeof value === 'string' && accepts(value)) return value;
    return fault(faults, path, words, kindOf(value));
  };
}

/** One of a closed list. */
export function oneOf<T extends string>(choices: readonly T[]): Check<T> {
  return (value, path, faults) => {
    const found = choices.find((choice) => choice === value);
    return found ?? fault(faults, path, `one of ${choices.join(', ')}`, kindOf(value));
  };
}

/** Null, or what `check` accepts. */
export function orNull<T>(check: Check<T>): Check<T | null> {
  return (value, path, faults) => (value === null ? null : check(value, path, faults));
}

/** Nothing at all, or what `check` accepts. */
export function orAbsent<T>(check: Check<T>): Check<T> {
  return (value, path, faults) => (value === undefined ? undefined : check(value, path, faults));
}

/** A plain object: made by a literal or a JSON parser, nothing inherited. */
function plainObject(value: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? (value as Record<string, unknown>) : null;
}

function unknownKeys(object: object, known: readonly string[], path: string, faults: Fault[]): void {
  const extra = Object.keys(object).filter((key) => !known.includes(key)).length;
  if (extra > 0) fault(faults, path, `no members but ${known.join(', ')}`, `${extra} more`);
}

/** An object with exactly these members. The type makes a member without a check an error of the compiler. */
export function object<T extends object>(fields: { readonly [K in keyof T]-?: Check<T[K]> }): Check<T> {
  const names = Object.keys(fields) as (keyof T & string)[];
  return (value, path, faults) => {
    const given = plainObject(value);
    if (given === null) return fault(faults, path, 'an object', kindOf(value));
    const before = faults.length;
    unknownKeys(given, names, path, faults);
    const result: Partial<T> = {};
    for (const name of names) {
      const checked = fields[name](
        Object.hasOwn(given, name) ? given[name] : undefined,
        `${path}.${name}`,
        faults,
      );
      if (checked !== undefined) result[name] = checked;
    }
    return faults.length === before ? (Object.freeze(result) as T) : undefined;
  };
}

/** An object that may have these members, each checked alike. */
export function partialRecord<K extends string, V>(
  names: readonly K[],
  check: Check<V>,
): Check<Readonly<Partial<Record<K, V>>>> {
  return (value, path, faults) => {
    const given = plainObject(value);
    if (given === null) return fault(faults, path, 'an object', kindOf(value));
    const before = faults.length;
    unknownKeys(given, names, path, faults);
    const result: Partial<Record<K, V>> = {};
    for (const name of names) {
      if (!Object.hasOwn(given, name)) continue;
      const checked = check(given[name], `${path}.${name}`, faults);
      if (checked !== undefined) result[name] = checked;
    }
    return faults.length === before ? Object.freeze(result) : undefined;
  };
}

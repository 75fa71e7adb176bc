/**
 * Canonical JSON in the sense of RFC 8785, for the records that the server writes itself: sorted keys, no white space.
 * Numbers must be integers (every number of the record formats is), so that no question of float notation arises.
 */

/** The canonical text of plain data. @throws TypeError on anything that is not JSON with integer numbers. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError('canonicalJson: expected integer numbers');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object')
    throw new TypeError(`canonicalJson: expected plain data, got ${typeof value}`);
  const object = value as Readonly<Record<string, unknown>>;
  // RFC 8785 §3.2.3: keys sorted by UTF-16 code units, which is what the default sort does.
  const members = Object.keys(object)
    .filter((key) => object[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key])}`);
  return `{${members.join(',')}}`;
}

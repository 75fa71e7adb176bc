/** The draws of docs/spec/schedules.md, once more, with the platform's HMAC and big integers. */
import { createHmac } from 'node:crypto';

/** draw(label, n, slot, low, high) of the specification. */
export function draw(
  seed: string,
  label: string,
  n: number,
  slot: number,
  low: number,
  high: number,
): number {
  const mac = createHmac('sha256', Buffer.from(seed, 'hex')).update(`${label}:${n}`).digest();
  const number = BigInt(`0x${mac.subarray(6 * slot, 6 * slot + 6).toString('hex')}`);
  return low + Number(number % BigInt(high - low + 1));
}

/** What answers the n-th popup of a sitting. */
export function rightAnswer(seed: string, n: number): string {
  if (draw(seed, 'popup', n, 1, 0, 1) === 0) return 'ok';
  return String(draw(seed, 'popup', n, 2, 1, 20) + draw(seed, 'popup', n, 3, 1, 20));
}

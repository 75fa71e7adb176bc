/** What `claimed` and `measured` of a finding mean: the kind implies the unit. */
import type { FindingKind } from '@zhenxue/protocol';
import { clock, rate, span } from './time.ts';

/**
 * A claimed or measured value in words: rates in `×`, media positions as a clock, everything else as a length.
 * @param value in the unit that the kind implies (thousandths of a rate, or ms); null = not applicable.
 */
export function quantity(kind: FindingKind, value: number | null): string {
  if (value === null) return '–';
  switch (kind) {
    case 'rate-reported':
    case 'slope-measured':
    case 'rate-attempt':
      return rate(value);
    case 'seek-forward':
    case 'seek-attempt':
    case 'end-claimed':
      return clock(value);
    default:
      return span(value);
  }
}

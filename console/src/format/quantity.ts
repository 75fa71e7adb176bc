/** What `claimed` and `measured` of a finding mean: the kind implies the unit. */
import type { Finding, FindingKind } from '@zhenxue/protocol';
import { clock, rate, span } from './time.ts';

/** `rate`: thousandths · `position`: media ms · `length`: ms · `count`: a plain number, such as a class hour. */
type Unit = 'rate' | 'position' | 'length' | 'count';

/** Units of the claimed and of the measured value, by kind. */
const UNITS: Readonly<Record<FindingKind, readonly [claimed: Unit, measured: Unit]>> = {
  'rate-reported': ['rate', 'rate'],
  'slope-measured': ['rate', 'rate'],
  'seek-forward': ['position', 'position'],
  'end-claimed': ['position', 'position'],
  'clock-ahead': ['length', 'length'],
  'rate-attempt': ['rate', 'length'],
  'seek-attempt': ['position', 'length'],
  'played-hidden': ['length', 'length'],
  'played-unfocused': ['length', 'length'],
  'played-pip': ['length', 'length'],
  'second-sitting': ['length', 'length'],
  'popup-suppressed': ['length', 'length'],
  'photo-suppressed': ['length', 'length'],
  'photo-missing': ['count', 'count'],
  'other-person': ['count', 'count'],
  'spoof-shown': ['count', 'count'],
  'capture-virtual': ['count', 'count'],
  'capture-replayed': ['count', 'count'],
  'liveness-missing': ['count', 'count'],
  'lesson-skipped': ['count', 'count'],
  'later-content': ['count', 'count'],
  'order-overridden': ['count', 'count'],
  'video-unapproved': ['count', 'count'],
  'control-disabled': ['count', 'count'],
  'time-backwards': ['length', 'length'],
  'beyond-end': ['position', 'position'],
  'video-differs': ['position', 'position'],
  'clock-lagging': ['length', 'length'],
  'answers-regular': ['length', 'length'],
  'answers-inhuman': ['length', 'length'],
  'answers-guessed': ['count', 'count'],
  'answers-unshown': ['count', 'count'],
  'seq-conflict': ['count', 'count'],
  tampered: ['count', 'count'],
  'witness-disagrees': ['count', 'count'],
};

function inUnit(unit: Unit, value: number | null): string | null {
  if (value === null) return null;
  switch (unit) {
    case 'rate':
      return rate(value);
    case 'position':
      return clock(value);
    case 'length':
      return span(value);
    case 'count':
      return null;
  }
}

/**
 * The claimed and the measured value of a finding in words; null where there is none. A count (which class hour, which
 * number) is no measurement: the reason says it, so it is left out.
 */
export function quantities(finding: Pick<Finding, 'kind' | 'claimed' | 'measured'>): {
  readonly claimed: string | null;
  readonly measured: string | null;
} {
  const [claimedUnit, measuredUnit] = UNITS[finding.kind] ?? ['count', 'count'];
  return { claimed: inUnit(claimedUnit, finding.claimed), measured: inUnit(measuredUnit, finding.measured) };
}

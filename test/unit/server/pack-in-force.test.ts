import { describe, expect, it } from 'vitest';
import { createPackInForce } from '../../../server/src/app/pack-in-force.ts';
import type { PolicyPack } from '../../../server/src/core/policy/pack.ts';
import { packOf } from '../../support/sitting.ts';

const base = packOf('zz-2022-2');
const first: PolicyPack = { ...base, version: '1', effective: { from: '2022-01-01', to: '2026-06-30' } };
const second: PolicyPack = { ...base, version: '2', effective: { from: '2026-07-01', to: '2026-12-31' } };

/** Version in force at instants one after the other (UTC texts). */
function versions(...times: readonly string[]): string[] {
  let now = Date.parse(times[0] ?? '');
  const inForce = createPackInForce('zz-2022-2', { now: () => now }, [first, second]);
  return times.map((time) => {
    now = Date.parse(time);
    return inForce().pack.version;
  });
}

describe('the pack in force', () => {
  it('changes at midnight in its own zone, while the server runs', () => {
    expect(versions('2026-06-30T15:59:59.999Z', '2026-06-30T16:00:00.000Z')).toEqual(['1', '2']);
  });

  it('is the one of the day on which the server starts', () => {
    expect(versions('2026-08-01T00:00:00Z')).toEqual(['2']);
  });

  it('goes on when it runs out without a successor', () => {
    expect(versions('2026-12-31T00:00:00Z', '2027-03-01T00:00:00Z')).toEqual(['2', '2']);
  });

  it('has a hash of its own per version', () => {
    let now = Date.parse('2026-06-01T00:00:00Z');
    const inForce = createPackInForce('zz-2022-2', { now: () => now }, [first, second]);
    const before = inForce().packHash;
    expect(inForce().packHash).toBe(before);
    now = Date.parse('2026-07-02T00:00:00Z');
    expect(inForce().packHash).not.toBe(before);
  });

  it('is refused at the start when there is none', () => {
    expect(() => versions('2021-12-31T00:00:00Z')).toThrow('in effect on 2021-12-31');
    expect(() => createPackInForce('none', { now: () => 0 })).toThrow('expected one of zz-2022-2');
  });
});

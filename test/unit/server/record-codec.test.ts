import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../server/src/app/canonical-json.ts';
import { hashText } from '../../../server/src/app/hash.ts';
import { decodeRecord, encodeRecord } from '../../../server/src/app/record-codec.ts';
import type { PolicyPack } from '../../../server/src/core/policy/pack.ts';
import { factsOf, packOf } from '../../support/sitting.ts';

const shipped = packOf('zz-2022-2');
const hashOf = (pack: PolicyPack): string => hashText(canonicalJson(pack));

/** The facts of an open record, as they come out of the store. */
function kept(pack: PolicyPack, packHash: string): { readonly pack: PolicyPack; readonly packHash: string } {
  const facts = factsOf({ pack, packHash });
  const record = decodeRecord('open', 1, encodeRecord({ kind: 'open', at: 1, facts }), facts.seed);
  if (record.kind !== 'open') throw new Error('expected an open record');
  expect(record.facts).toEqual(facts);
  return record.facts;
}

describe('a sitting out of the store', () => {
  it('shares a shipped pack with all others', () => {
    expect(kept(structuredClone(shipped), hashOf(shipped)).pack).toBe(shipped);
  });

  it('keeps its own pack when no shipped one is the same', () => {
    const own = { ...shipped, version: 'own' };
    expect(kept(own, hashOf(own)).pack.version).toBe('own');
  });

  it('keeps its own pack when only the hash says so', () => {
    const own = { ...shipped, version: 'own' };
    expect(kept(own, hashOf(shipped)).pack.version).toBe('own');
  });
});

/** Which policy pack holds now: by its effective dates, in its own zone. A sitting keeps the pack it began with. */
import { localDate } from '../core/calendar/local-date.ts';
import type { PolicyPack } from '../core/policy/pack.ts';
import { POLICY_PACKS, packFor, SHIPPED_PACKS } from '../core/policy/packs.ts';
import { canonicalJson } from './canonical-json.ts';
import { hashText } from './hash.ts';
import type { Clock } from './ports.ts';

/** A pack and the SHA-256 (base64url) of its canonical bytes. */
export interface HashedPack {
  readonly pack: PolicyPack;
  readonly packHash: string;
}

function hashed(pack: PolicyPack): HashedPack {
  return { pack, packHash: hashText(canonicalJson(pack)) };
}

/**
 * Says which version of a pack holds at the clock's time; looked up once per local date. When a notice runs out without a
 * successor its last version goes on holding: a regulator lets training lapse, not a calendar.
 * @throws Error when there is no such pack, or none of its versions is in effect at the start.
 */
export function createPackInForce(
  id: string,
  clock: Clock,
  packs: readonly PolicyPack[] = SHIPPED_PACKS,
): () => HashedPack {
  const known = packs.findLast((pack) => pack.id === id);
  if (known === undefined) throw new Error(`pack: expected one of ${[...POLICY_PACKS.keys()].join(', ')}`);
  let date = localDate(clock.now(), known.zone);
  const first = packFor(date, id, packs);
  if (first === null) throw new Error(`pack: expected one in effect on ${date}`);
  let current = hashed(first);
  return () => {
    const today = localDate(clock.now(), current.pack.zone);
    if (today !== date) {
      date = today;
      const next = packFor(today, id, packs);
      if (next !== null && next !== current.pack) current = hashed(next);
    }
    return current;
  };
}

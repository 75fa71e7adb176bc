/**
 * Which slot each sitting's next group takes. A slot can be taken once: two writers of one sitting meet at the same slot,
 * the unique index lets one of them in, and the other has lost the sitting.
 */
import { LeaseLost } from '../../app/failure.ts';
import type { Models } from './documents.ts';

/** Where this process stands in a sitting. */
export interface Place {
  readonly epoch: number;
  /** Last slot taken. */
  slot: number;
}

/** See the file's comment. */
export interface Slots {
  /** Where to go on. @throws LeaseLost when the sitting is under another epoch; Error when there is no such sitting. */
  placeOf(session: string, epoch: number): Promise<Place>;
  /** The place, when it is known in memory. */
  peek(session: string): Place | undefined;
  set(session: string, place: Place): void;
  forget(session: string): void;
}

/** The last group of a sitting; slot 0 is its creation. */
export async function lastGroup(
  { groups }: Pick<Models, 'groups'>,
  session: string,
): Promise<{ readonly slot: number; readonly epoch: number }> {
  const last = await groups.findOne({ session }, { slot: 1, epoch: 1 }).sort({ slot: -1 }).lean();
  return last === null ? { slot: 0, epoch: 0 } : { slot: last.slot, epoch: last.epoch };
}

/** Remembers one place per sitting of this process, until it is forgotten. */
export function createSlots(models: Pick<Models, 'sessions' | 'groups'>): Slots {
  const places = new Map<string, Place>();
  return {
    async placeOf(session, epoch) {
      const known = places.get(session);
      if (known !== undefined) {
        if (known.epoch !== epoch) throw new LeaseLost();
        return known;
      }
      const doc = await models.sessions.findById(session, { epoch: 1 }).lean();
      if (doc === null) throw new Error('append: expected a sitting that was created before');
      const last = await lastGroup(models, session);
      if (doc.epoch !== epoch || last.epoch > epoch) throw new LeaseLost();
      const place = { epoch, slot: last.slot };
      places.set(session, place);
      return place;
    },
    peek: (session) => places.get(session),
    set: (session, place) => void places.set(session, place),
    forget: (session) => void places.delete(session),
  };
}

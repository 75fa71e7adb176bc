/** Where persons are connected, in MongoDB. Every server writes its own place, then looks at the others': no two miss each other. */
import type { OtherPlace, PlaceStore } from '../../app/node-ports.ts';
import type { Models } from './documents.ts';
import { intervalsOf } from './session-documents.ts';

/** Other places of one person that are looked at: nobody honest has more. */
const OTHERS_MAX = 16;

/** @param models the collection of places. */
export function createPlaceStore({ places }: Pick<Models, 'places'>): PlaceStore {
  const keyOf = (person: string, session: string) => ({ _id: `${person}/${session}` });
  return {
    async enter({ person, session, owner, expiresAt }) {
      const key = keyOf(person, session);
      const now = { person, session, owner, live: true, shared: false, expiresAt };
      await places.updateOne(key, { $set: now, $setOnInsert: { stretches: [] } }, { upsert: true });
      const live = await places
        .find({ person, live: true }, { _id: 1 })
        .limit(OTHERS_MAX + 1)
        .lean();
      if (live.every(({ _id }) => _id === key._id)) return false;
      await places.updateMany({ person, live: true }, { $set: { shared: true } });
      return true;
    },
    async leave({ person, session, owner }) {
      const key = { ...keyOf(person, session), owner };
      const { deletedCount } = await places.deleteOne({ ...key, shared: false });
      if (deletedCount === 0) await places.updateOne(key, { $set: { live: false } });
    },
    async shared(owner) {
      const docs = await places.find({ owner, shared: true, live: true }, { session: 1 }).lean();
      return docs.map(({ session }) => session);
    },
    async exchange(person, session, stretches) {
      const key = keyOf(person, session);
      await places.updateOne(key, { $set: { stretches: stretches.flat() } });
      const docs = await places
        .find({ person })
        .sort({ expiresAt: -1 })
        .limit(OTHERS_MAX + 1)
        .lean();
      return docs
        .filter(({ _id }) => _id !== key._id)
        .map((doc): OtherPlace => {
          const { session: other, owner } = doc;
          // An empty list that an upsert should have written may be missing (FerretDB).
          return { session: other, owner, stretches: intervalsOf(doc.stretches ?? []) };
        });
    },
    async sweep(at) {
      return (await places.deleteMany({ expiresAt: { $lt: at } })).deletedCount;
    },
  };
}

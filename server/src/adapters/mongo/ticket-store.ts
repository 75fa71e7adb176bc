/** Single-use tickets in MongoDB. */
import type { TicketStore } from '../../app/ports.ts';
import type { Models } from './documents.ts';

/** @param models the collection of tickets. */
export function createTicketStore({ tickets }: Pick<Models, 'tickets'>): TicketStore {
  return {
    async add({ jti, session, expiresAt }) {
      await tickets.collection.insertOne({ _id: jti, session, expiresAt, usedAt: null } as never);
    },
    async use(jti, at) {
      const used = await tickets.updateOne({ _id: jti, usedAt: null }, { $set: { usedAt: at } });
      return used.modifiedCount === 1;
    },
    async standing(jti) {
      const doc = await tickets.findById(jti).lean();
      if (doc === null) return 'unknown';
      return doc.usedAt === null ? 'fresh' : 'used';
    },
    sweep: async (at) => (await tickets.deleteMany({ expiresAt: { $lt: at } })).deletedCount,
  };
}

/** Single-use tickets in MongoDB. */
import type { TicketStore } from '../../app/ports.ts';
import type { Models } from './documents.ts';
import { isDuplicate } from './errors.ts';

/** @param models the collections of tickets and of their uses. */
export function createTicketStore({
  tickets,
  ticketUses,
}: Pick<Models, 'tickets' | 'ticketUses'>): TicketStore {
  return {
    async add({ jti, session, expiresAt }) {
      await tickets.collection.insertOne({ _id: jti, session, expiresAt } as never);
    },
    async use(jti, at) {
      const ticket = await tickets.findById(jti).lean();
      if (ticket === null) return false;
      try {
        const { expiresAt } = ticket;
        await ticketUses.collection.insertOne({ _id: jti, expiresAt, usedAt: at } as never);
        return true;
      } catch (error) {
        if (isDuplicate(error)) return false;
        throw error;
      }
    },
    async standing(jti) {
      if ((await tickets.exists({ _id: jti })) === null) return 'unknown';
      return (await ticketUses.exists({ _id: jti })) === null ? 'fresh' : 'used';
    },
    async sweep(at) {
      const expired = { expiresAt: { $lt: at } };
      // The tickets first: a use outlives its ticket, so a ticket never becomes fresh again.
      const { deletedCount } = await tickets.deleteMany(expired);
      await ticketUses.deleteMany(expired);
      return deletedCount;
    },
  };
}

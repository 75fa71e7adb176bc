/** The audit chain in MongoDB: only ever inserted into. The number is the key, so of two links at once one looks again. */
import type { QueryFilter } from 'mongoose';
import { Refusal } from '../../app/failure.ts';
import type { AuditEntry, AuditStore } from '../../app/office-ports.ts';
import type { AuditDoc, Models } from './documents.ts';
import { isDuplicate } from './errors.ts';

/** Other servers' links that may come first before a writer gives up. */
const APPEND_TRIES_MAX = 50;

function entryOf({ _id: n, at, who, what, subject, why, caseId, chain }: AuditDoc): AuditEntry {
  return { n, at, who, what, subject, why, caseId, chain };
}

function cursorFilter(cursor: string | null): QueryFilter<AuditDoc> {
  if (cursor === null) return {};
  if (!/^[1-9]\d{0,14}$/.test(cursor))
    throw new Refusal('invalid-request', 'cursor: expected the cursor of an earlier page');
  return { _id: { $lt: Number(cursor) } };
}

/** @param models the collection of links. */
export function createAuditStore({ audit }: Pick<Models, 'audit'>): AuditStore {
  return {
    async append(link) {
      for (let tries = 0; tries < APPEND_TRIES_MAX; tries += 1) {
        const [last] = await audit.find().sort({ _id: -1 }).limit(1).lean();
        const entry = link((last?._id ?? 0) + 1, last?.chain ?? '');
        const { n, ...facts } = entry;
        try {
          await audit.collection.insertOne({ _id: n, ...facts } as never);
          return entry;
        } catch (error) {
          if (!isDuplicate(error)) throw error;
        }
      }
      throw new Refusal('unavailable', 'store: expected fewer writers of the audit log at once');
    },
    async list(filter, page) {
      const equal = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
      const docs = await audit
        .find({ ...equal, ...cursorFilter(page.cursor) })
        .sort({ _id: -1 })
        .limit(page.limit + 1)
        .lean();
      const items = docs.slice(0, page.limit).map(entryOf);
      return { items, next: docs.length > page.limit ? String(items.at(-1)?.n) : null };
    },
    async read(from, limit) {
      const docs = await audit
        .find({ _id: { $gte: from } })
        .sort({ _id: 1 })
        .limit(limit)
        .lean();
      return docs.map(entryOf);
    },
  };
}

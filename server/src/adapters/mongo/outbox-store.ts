/**
 * The outbox in MongoDB. A try is claimed by an insert under the notice's id and the number of the try (docs/adr/0011); the
 * notice itself then only says when it is due again, which is when the claim ends.
 */
import type { QueryFilter } from 'mongoose';
import { Refusal } from '../../app/failure.ts';
import type { Notice, NoticeState, OutboxStore } from '../../app/office-ports.ts';
import type { Models, NoticeDoc } from './documents.ts';
import { isDuplicate } from './errors.ts';

type OutboxModels = Pick<Models, 'outbox' | 'outboxClaims'>;

function noticeOf(doc: NoticeDoc): Notice {
  const { _id: id, kind, recipient, payload, createdAt, dueAt, state, attempts, lastError } = doc;
  return { id, kind, recipient, payload, createdAt, dueAt, state, attempts, lastError };
}

/** Begins the next try. @returns null when another server has begun it. */
async function claimOne(
  { outbox, outboxClaims }: OutboxModels,
  doc: NoticeDoc,
  at: number,
  until: number,
): Promise<Notice | null> {
  const { _id: id } = doc;
  // A server that died between its claim and the notice leaves a claim that the notice does not count.
  for (let attempts = doc.attempts + 1; ; attempts += 1) {
    try {
      await outboxClaims.collection.insertOne({ _id: `${id}/${attempts}`, notice: id, until } as never);
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      const other = await outboxClaims.findById(`${id}/${attempts}`).lean();
      if (other !== null && other.until > at) return null;
      continue;
    }
    await outbox.updateOne({ _id: id, state: 'waiting' }, { $set: { attempts, dueAt: until } });
    return { ...noticeOf(doc), attempts, dueAt: until };
  }
}

function cursorAfter({ createdAt, id }: Notice): string {
  return Buffer.from(JSON.stringify([createdAt, id])).toString('base64url');
}

/** @throws Refusal on a cursor that is not one of ours. */
function cursorFilter(cursor: string | null): QueryFilter<NoticeDoc> {
  if (cursor === null) return {};
  const match = /^\[(\d{1,15}),"([^"\\]{1,200})"\]$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (match === null) throw new Refusal('invalid-request', 'cursor: expected the cursor of an earlier page');
  const createdAt = Number(match[1]);
  return { $or: [{ createdAt: { $lt: createdAt } }, { createdAt, _id: { $lt: match[2] ?? '' } }] };
}

function createSettle({ outbox, outboxClaims }: OutboxModels): OutboxStore['settle'] {
  return async (id, attempt, outcome) => {
    if ((await outboxClaims.exists({ _id: `${id}/${attempt + 1}` })) !== null) return false;
    const state: NoticeState = outcome.kind === 'retry' ? 'waiting' : outcome.kind;
    const change = {
      ...{ state, lastError: outcome.kind === 'done' ? '' : outcome.error },
      ...(outcome.kind === 'retry' ? { dueAt: outcome.dueAt } : {}),
    };
    const filter = { _id: id, state: 'waiting' as const, attempts: attempt };
    return (await outbox.updateOne(filter, { $set: change })).matchedCount === 1;
  };
}

/** @param models the collections of notices and of their claims. */
export function createOutboxStore(models: OutboxModels): OutboxStore {
  const { outbox, outboxClaims } = models;
  return {
    async put({ id, ...rest }) {
      const doc: NoticeDoc = { _id: id, ...rest, state: 'waiting', attempts: 0, lastError: '' };
      try {
        await outbox.collection.insertOne(doc as never);
        return true;
      } catch (error) {
        if (isDuplicate(error)) return false;
        throw error;
      }
    },
    async claim({ at, until, limit }) {
      const due = await outbox
        .find({ state: 'waiting', dueAt: { $lte: at } })
        .sort({ dueAt: 1 })
        .limit(limit)
        .lean();
      const claimed: Notice[] = [];
      for (const doc of due) {
        const notice = await claimOne(models, doc, at, until);
        if (notice !== null) claimed.push(notice);
      }
      return claimed;
    },
    settle: createSettle(models),
    async again(id, dueAt) {
      const filter = { _id: id, state: { $ne: 'waiting' as const } };
      return (await outbox.updateOne(filter, { $set: { state: 'waiting', dueAt } })).matchedCount === 1;
    },
    async list(filter, page) {
      const equal = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
      const docs = await outbox
        .find({ ...equal, ...cursorFilter(page.cursor) })
        .sort({ createdAt: -1, _id: -1 })
        .limit(page.limit + 1)
        .lean();
      const items = docs.slice(0, page.limit).map(noticeOf);
      const last = items.at(-1);
      return { items, next: docs.length > page.limit && last !== undefined ? cursorAfter(last) : null };
    },
    async sweep(before, limit) {
      const old = await outbox
        .find({ state: 'done', createdAt: { $lt: before } }, { _id: 1 })
        .limit(limit)
        .lean();
      for (const { _id } of old) {
        // The notice first: a claim without a notice claims nothing.
        await outbox.deleteOne({ _id });
        await outboxClaims.deleteMany({ notice: _id });
      }
      return old.length;
    },
  };
}

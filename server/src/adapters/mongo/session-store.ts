/** Sittings and their records in MongoDB. */
import { RECORD_KINDS } from '@zhenxue/evidence';
import type { QueryFilter } from 'mongoose';
import { Refusal } from '../../app/failure.ts';
import type { SessionFilter, SessionRow, SessionStore, StoredRecord } from '../../app/ports.ts';
import type { GroupDoc, Models, SessionDoc } from './documents.ts';
import { isDuplicate } from './errors.ts';
import type { Writer } from './group-commit.ts';
import {
  cursorAfter,
  hotOf,
  intervalsOf,
  partOf,
  readCursor,
  recordOf,
  type SummaryDoc,
  sessionOf,
} from './session-documents.ts';

/** Credited intervals of earlier sittings that are merged at most; a learner who needs more sittings re-watches. */
const EARLIER_SITTINGS_MAX = 200;

/** What a summary does not show. */
const SUMMARY = { seed: 0, findings: 0 } as const;

type SessionModels = Pick<Models, 'sessions' | 'groups'>;

function filterOf(filter: SessionFilter, cursor: string | null): QueryFilter<SessionDoc> {
  const { openedFrom, openedBefore, ...equal } = filter;
  const parts: QueryFilter<SessionDoc>[] = [
    Object.fromEntries(Object.entries(equal).filter(([, value]) => value !== undefined)),
  ];
  if (openedFrom !== undefined) parts.push({ openedAt: { $gte: openedFrom } });
  if (openedBefore !== undefined) parts.push({ openedAt: { $lt: openedBefore } });
  if (cursor !== null) {
    const after = readCursor(cursor);
    if (after === null)
      throw new Refusal('invalid-request', 'cursor: expected the cursor of an earlier page');
    const { openedAt, session } = after;
    parts.push({ $or: [{ openedAt: { $lt: openedAt } }, { openedAt, _id: { $lt: session } }] });
  }
  return { $and: parts };
}

/** The records of a sitting's creation: slot 0 of its groups. */
function firstGroup(session: string, records: readonly StoredRecord[]): GroupDoc {
  const parts = records.map(partOf);
  const nothing = { seq: null, hot: null, findings: [] };
  return { _id: `${session}/0`, session, slot: 0, epoch: 0, records: parts, ...nothing };
}

/**
 * The first records go before the summary: what the summary's key and claim let in is complete, and what they refuse, or a
 * death in between leaves behind, belongs to no sitting. Kept apart, they are not written again with every new summary.
 */
function createCreate({ sessions, groups }: SessionModels, writer: Writer): SessionStore['create'] {
  return async ({ row, records, findings }, seed, claim) => {
    const failed = writer.failure();
    if (failed !== null) throw failed;
    const { session, platform, learner, course, lesson, packId, openedAt } = row;
    const doc: SessionDoc = {
      _id: session,
      ...{ platform, learner, course, lesson, packId, openedAt },
      ...hotOf(row),
      ...{ seed, findings },
      claim: claim ?? session,
      ...{ slot: 0, epoch: 0, owner: null, wanted: false },
    };
    try {
      await groups.collection.insertOne(firstGroup(session, records) as never);
      await sessions.collection.insertOne(doc as never);
      return true;
    } catch (error) {
      if (isDuplicate(error) && (await sessions.exists({ _id: session })) === null) {
        await groups.deleteOne({ _id: `${session}/0` });
        return false;
      }
      throw new Refusal('unavailable', 'store: expected the sitting to be stored', { cause: error });
    }
  };
}

function createRecords({ sessions, groups }: SessionModels): Pick<SessionStore, 'records' | 'batchBytes'> {
  return {
    async records(session): Promise<readonly StoredRecord[]> {
      const doc = await sessions.findById(session, { archived: 1 }).lean();
      if (doc === null || doc.archived === true) return [];
      const found = await groups.find({ session }, { records: 1, slot: 1 }).sort({ slot: 1 }).lean();
      // Groups may have been moved to the archive between the two looks.
      if ((await sessions.exists({ _id: session, archived: true })) !== null) return [];
      return found.flatMap(({ records }) => records).map(recordOf);
    },
    async batchBytes(session, seq) {
      const group = await groups
        .findOne({ session, seq: { $gte: seq } })
        .sort({ seq: 1, slot: 1 })
        .lean();
      if (group === null || group.seq === null) return null;
      const batches = group.records.filter(({ kind }) => kind === RECORD_KINDS.batch);
      return batches.at(seq - group.seq - 1)?.bytes ?? null;
    },
  };
}

function createLists({
  sessions,
}: SessionModels): Pick<SessionStore, 'list' | 'due' | 'credited' | 'population'> {
  return {
    async list(filter, page) {
      const docs = await sessions
        .find(filterOf(filter, page.cursor), SUMMARY)
        .sort({ openedAt: -1, _id: -1 })
        .limit(page.limit + 1)
        .lean();
      const items = docs.slice(0, page.limit).map((doc) => sessionOf(doc as SummaryDoc));
      const last = items.at(-1);
      return { items, next: docs.length > page.limit && last !== undefined ? cursorAfter(last) : null };
    },
    async due(at, limit) {
      const docs = await sessions
        .find({ endedAt: null, dueAt: { $ne: null, $lte: at } }, { _id: 1 })
        .sort({ dueAt: 1 })
        .limit(limit)
        .lean();
      return docs.map(({ _id }) => _id);
    },
    async credited(platform, learner, course, lesson) {
      const docs = await sessions
        .find({ platform, learner, course, lesson, outcome: { $ne: 'invalid' } }, { credited: 1 })
        .sort({ openedAt: -1, _id: -1 })
        .limit(EARLIER_SITTINGS_MAX)
        .lean();
      return docs.flatMap(({ credited }) => intervalsOf(credited));
    },
    async population({ platform, course, lesson, build, suppression, from, to }) {
      const docs = await sessions
        .find(
          { platform, course, lesson, build, openedAt: { $gte: from, $lte: to } },
          { learner: 1, openedAt: 1, suppressions: 1 },
        )
        .sort({ openedAt: 1, _id: 1 })
        .lean();
      const affected = docs
        .filter(({ suppressions }) => suppressions.includes(suppression))
        .map(({ _id, learner, openedAt }) => ({ session: _id, learner, openedAt }));
      return { sittings: docs.length, affected };
    },
  };
}

/** @param writer commits the appends of all sittings together. */
export function createSessionStore(models: SessionModels, writer: Writer): SessionStore {
  const { sessions } = models;
  const first = (doc: unknown): SessionRow | null => (doc === null ? null : sessionOf(doc as SummaryDoc));
  return {
    create: createCreate(models, writer),
    append: (append) => writer.append(append),
    get: async (session) => first(await sessions.findById(session, SUMMARY).lean()),
    async findLive(platform, learner, course, lesson) {
      const filter = { platform, learner, course, lesson, endedAt: null };
      return first(await sessions.findOne(filter, SUMMARY).sort({ openedAt: -1, _id: -1 }).lean());
    },
    ...createRecords(models),
    seed: async (session) => (await sessions.findById(session, { seed: 1 }).lean())?.seed || null,
    findings: async (session) => (await sessions.findById(session, { findings: 1 }).lean())?.findings ?? [],
    ...createLists(models),
    async livePlatformSessions(platform) {
      const docs = await sessions.find({ platform, endedAt: null }, { _id: 1 }).lean();
      return docs.map(({ _id }) => _id);
    },
  };
}

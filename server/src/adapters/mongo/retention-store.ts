/**
 * Deletion on purpose in MongoDB, without a transaction: the tombstone first, then the deletion, then the mark in the sitting's
 * document that it is done. A death in between leaves a sitting that is still due, and whoever comes next goes on.
 */
import type { RetentionKind, RetentionStore, Tombstone } from '../../app/ports.ts';
import type { Models, SessionDoc, TombstoneDoc } from './documents.ts';
import { isDuplicate } from './errors.ts';
import type { Writer } from './group-commit.ts';
import { type SummaryDoc, sessionOf } from './session-documents.ts';

type RetentionModels = Pick<Models, 'sessions' | 'groups' | 'archives' | 'tombstones' | 'sanctions'>;

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** When a kind may go: the ones before it are gone, it is not. Records only when they are packed. */
function mayGo(kind: RetentionKind): Record<string, unknown> {
  switch (kind) {
    case 'photos':
      return { buried: { $ne: 'photos' } };
    case 'records':
      return { buried: { $ne: 'records' }, cleared: true };
    case 'findings':
      return {
        $and: [{ buried: 'records' }, { buried: { $ne: 'findings' } }, { 'findings.0': { $exists: true } }],
      };
    case 'verdicts':
      return { $and: [{ buried: 'records' }, { 'findings.0': { $exists: false } }] };
    default:
      return kind satisfies never;
  }
}

/** Evidence against a platform stays, whatever its age. */
async function cited(
  { sanctions }: RetentionModels,
  doc: Pick<SessionDoc, '_id' | 'platform'>,
): Promise<boolean> {
  const docs = await sanctions.find({ platform: doc.platform }, { finding: 1 }).lean();
  return docs.some(({ finding }) => finding.cites.some(({ session }) => session === doc._id));
}

async function remove(models: RetentionModels, { session, kind }: Tombstone): Promise<void> {
  const { sessions, groups, archives } = models;
  if (kind === 'verdicts') {
    await groups.deleteMany({ session });
    await sessions.deleteOne({ _id: session });
    return;
  }
  if (kind === 'records') await archives.deleteOne({ _id: session });
  const change = kind === 'records' ? { seed: '' } : kind === 'findings' ? { findings: [] } : {};
  const mark = { $addToSet: { buried: kind }, ...(kind === 'photos' ? {} : { $set: change }) };
  // Past mongoose: the schema wants a seed, and here there shall be none.
  await sessions.collection.updateOne({ _id: session as never }, mark as never);
}

function tombstoneOf(doc: TombstoneDoc): Tombstone {
  const { session, kind, openedAt, endedAt, at, hash, left, reason } = doc;
  return { session, kind: kind as RetentionKind, openedAt, endedAt, at, hash, left, reason };
}

/** @param writer says whether the store still works. */
export function createRetentionStore(
  models: RetentionModels,
  writer: Pick<Writer, 'failure'>,
): RetentionStore {
  const { sessions, tombstones } = models;
  return {
    async expired(kind, endedBefore, after, limit) {
      const found = { endedAt: { $ne: null, $lt: endedBefore }, _id: { $gt: after ?? '' } };
      const docs = await sessions
        .find({ $and: [found, mayGo(kind)] } as never, { seed: 0 })
        .sort({ _id: 1 })
        .limit(limit)
        .lean();
      const free = await Promise.all(docs.map(async (doc) => !(await cited(models, doc))));
      return docs.filter((_, i) => free[i]).map((doc) => sessionOf(doc as SummaryDoc));
    },
    async bury(tombstone) {
      const failed = writer.failure();
      if (failed !== null) throw failed;
      const { session, kind, hash, left, endedAt, ...rest } = tombstone;
      const doc = await sessions
        .findOne({ $and: [{ _id: session, endedAt }, mayGo(kind)] } as never, { platform: 1 })
        .lean();
      if (doc === null || (await cited(models, doc))) return false;
      const stone = { _id: `${session}/${kind}`, session, kind, endedAt, ...rest };
      try {
        const bytes = { hash: bufferOf(hash), left: bufferOf(left) };
        await tombstones.collection.insertOne({ ...stone, ...bytes } as never);
      } catch (error) {
        if (!isDuplicate(error)) throw error;
      }
      await remove(models, tombstone);
      return true;
    },
    async tombstones(session) {
      const docs = await tombstones.collection.find({ session }, { promoteBuffers: true }).toArray();
      const order = ['photos', 'records', 'findings', 'verdicts'];
      return (docs as unknown as TombstoneDoc[])
        .map(tombstoneOf)
        .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
    },
  };
}

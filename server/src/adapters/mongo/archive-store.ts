/**
 * Packed records in MongoDB, without a transaction: the block is inserted and read back, then the sitting's document says that
 * it counts, then the records go. After a death at any point the sitting reads the same, and whoever comes next goes on: a
 * sitting waits until its groups are cleared. Fences stay for good: they are what keeps an owner of long ago from writing.
 */
import type { ArchivedSitting, ArchiveStore } from '../../app/ports.ts';
import type { Models } from './documents.ts';
import { isDuplicate } from './errors.ts';
import type { Writer } from './group-commit.ts';

type ArchiveModels = Pick<Models, 'sessions' | 'groups' | 'archives'>;

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function read({ archives }: ArchiveModels, session: string): Promise<ArchivedSitting | null> {
  const doc = await archives.collection.findOne({ _id: session as never }, { promoteBuffers: true });
  if (doc === null) return null;
  const { count, head, body } = doc as unknown as { count: number; head: Buffer; body: Buffer };
  return { session, count, head, body };
}

/** Whether the records stored are those of the block. */
async function agrees(models: ArchiveModels, { session, count, head }: ArchivedSitting): Promise<boolean> {
  const doc = await models.sessions.findById(session, { endedAt: 1 }).lean();
  if (doc === null || doc.endedAt === null) return false;
  const groups = await models.groups.find({ session }, { records: 1, slot: 1 }).sort({ slot: 1 }).lean();
  const all = groups.flatMap(({ records }) => records);
  const last = all.at(-1);
  return all.length === count && last !== undefined && Buffer.compare(last.chain, head) === 0;
}

/** Stores the block and reads it back. A block that a dead archiver left behind is replaced. */
async function put(models: ArchiveModels, archived: ArchivedSitting): Promise<void> {
  const { session, count } = archived;
  const [head, body] = [bufferOf(archived.head), bufferOf(archived.body)];
  try {
    await models.archives.collection.insertOne({ _id: session, count, head, body } as never);
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    await models.archives.updateOne({ _id: session }, { $set: { count, head, body } });
  }
  const back = await read(models, session);
  const same =
    back !== null && Buffer.compare(back.body, body) === 0 && Buffer.compare(back.head, head) === 0;
  if (!same || back.count !== count) throw new Error('archive: expected the block to read back as written');
}

async function clear({ sessions, groups }: ArchiveModels, session: string): Promise<void> {
  await groups.deleteMany({ session, seq: { $ne: null } });
  await groups.updateOne({ _id: `${session}/0` }, { $set: { records: [] } });
  await sessions.updateOne({ _id: session }, { $set: { cleared: true } });
}

/** @param writer says whether the store still works. */
export function createArchiveStore(models: ArchiveModels, writer: Pick<Writer, 'failure'>): ArchiveStore {
  return {
    async waiting(endedBefore, limit) {
      const docs = await models.sessions
        .find({ cleared: { $ne: true }, endedAt: { $ne: null, $lt: endedBefore } }, { _id: 1 })
        .sort({ endedAt: 1, _id: 1 })
        .limit(limit)
        .lean();
      return docs.map(({ _id }) => _id);
    },
    async move(archived) {
      const failed = writer.failure();
      if (failed !== null) throw failed;
      const { session } = archived;
      const doc = await models.sessions.findById(session, { archived: 1, cleared: 1 }).lean();
      if (doc === null || doc.cleared === true) return false;
      if (doc.archived !== true) {
        if (!(await agrees(models, archived))) return false;
        await put(models, archived);
        await models.sessions.updateOne({ _id: session }, { $set: { archived: true } });
      }
      await clear(models, session);
      return true;
    },
    get: (session) => read(models, session),
  };
}

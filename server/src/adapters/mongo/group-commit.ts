/**
 * Group commit: the appends of all sittings that came while the last commit was under way go out in one unordered bulk
 * write, one document per sitting. A sitting whose slot was taken by another owner fails alone; any other error closes
 * the writer for good: what waits is rejected, and so is everything after it (fail closed, design §3).
 */
import { LeaseLost, Refusal } from '../../app/failure.ts';
import type { SessionAppend } from '../../app/ports.ts';
import type { GroupDoc, Models } from './documents.ts';
import { refusedIndexes } from './errors.ts';
import { changeOf, hotOf, mergeFindings, partOf } from './session-documents.ts';
import type { Place, Slots } from './slots.ts';

/** Appends waiting for one commit: more than any healthy turn of the loop brings. */
const QUEUE_MAX = 100_000;

/** Bytes of records in one group: half of what a document may hold. The rest waits for the next commit. */
const GROUP_BYTES_MAX = 8 * 1_048_576;

/**
 * Summaries in one message. FerretDB keeps a connection to its own database open for every update of a message and stalls when
 * there are none left; MongoDB does not mind.
 */
const UPDATES_PER_MESSAGE = 25;

/** Runs `flush` at the end of the current turn. */
export type Defer = (flush: () => void) => void;

/** Queues appends; see the file's comment. */
export interface Writer {
  append(append: SessionAppend): Promise<void>;
  /** Why the writer is closed for good, null while it works. */
  failure(): Error | null;
  /** Commits what is queued and refuses everything from now on. */
  close(): Promise<void>;
}

interface Queued {
  readonly append: SessionAppend;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The appends of one sitting that become one document. */
interface Group {
  readonly place: Place;
  readonly members: readonly Queued[];
  readonly doc: GroupDoc;
}

/** @param onFailure told once, when the writer closes for good. */
export function createWriter(
  models: Pick<Models, 'sessions' | 'groups'>,
  slots: Slots,
  onFailure: (error: Error) => void,
  defer: Defer = (flush) => void setImmediate(flush),
): Writer {
  let queue: Queued[] = [];
  let failed: Error | null = null;
  let running: Promise<void> | null = null;

  function fail(members: readonly Queued[], cause: unknown): void {
    const first = failed === null;
    failed ??= new Refusal(
      'unavailable',
      'store: expected every commit to succeed; closed after a failed one',
      {
        cause,
      },
    );
    for (const { reject } of [...members, ...queue]) reject(failed);
    queue = [];
    if (first) onFailure(failed);
  }

  async function run(): Promise<void> {
    while (queue.length > 0 && failed === null) {
      const taken = queue;
      queue = [];
      try {
        await commit(models, slots, taken, (rest) => queue.unshift(...rest));
      } catch (error) {
        fail(taken, error);
      }
    }
    running = null;
  }

  return {
    append(append: SessionAppend): Promise<void> {
      if (failed !== null) return Promise.reject(failed);
      if (queue.length >= QUEUE_MAX) {
        return Promise.reject(new Refusal('slow-down', 'store: expected a shorter queue'));
      }
      return new Promise<void>((resolve, reject) => {
        queue.push({ append, resolve, reject });
        running ??= new Promise((done) => defer(() => void run().then(done)));
      });
    },
    failure: () => failed,
    async close(): Promise<void> {
      await running;
      failed ??= new Refusal('unavailable', 'store: expected to be open; it was closed');
    },
  };
}

/** Stores what was taken from the queue and answers everybody in it. What does not fit any more goes back. */
async function commit(
  models: Pick<Models, 'sessions' | 'groups'>,
  slots: Slots,
  taken: readonly Queued[],
  putBack: (rest: readonly Queued[]) => void,
): Promise<void> {
  const groups = await gather(slots, taken, putBack);
  if (groups.length === 0) return;
  const docs = groups.map(({ doc }) => doc);
  const refused = await models.groups.collection
    .bulkWrite(
      docs.map((document) => ({ insertOne: { document: document as never } })),
      { ordered: false },
    )
    .then(() => new Set<number>(), refusedIndexes);
  const stored = groups.filter((group, i) => {
    if (!refused.has(i)) return true;
    slots.forget(group.doc.session);
    for (const { reject } of group.members) reject(new LeaseLost());
    return false;
  });
  for (const { place, doc } of stored) place.slot = doc.slot;
  if (stored.length > 0) await project(models, stored);
  for (const { members } of stored) for (const { resolve } of members) resolve();
}

function sizeOf({ records }: SessionAppend): number {
  return records.reduce((sum, record) => sum + record.bytes.length, 0);
}

/** One group per sitting, in the order of the queue. What does not fit any more goes back. */
async function gather(
  slots: Slots,
  taken: readonly Queued[],
  putBack: (rest: readonly Queued[]) => void,
): Promise<readonly Group[]> {
  const bySession = new Map<string, { members: Queued[]; bytes: number; full: boolean }>();
  const rest: Queued[] = [];
  for (const queued of taken) {
    const { session } = queued.append.row;
    const known = bySession.get(session) ?? { members: [], bytes: 0, full: false };
    bySession.set(session, known);
    const bytes = sizeOf(queued.append);
    const sameEpoch = known.members.every(({ append }) => (append.epoch ?? 0) === (queued.append.epoch ?? 0));
    known.full ||= known.members.length > 0 && (!sameEpoch || known.bytes + bytes > GROUP_BYTES_MAX);
    if (known.full) rest.push(queued);
    else {
      known.members.push(queued);
      known.bytes += bytes;
    }
  }
  putBack(rest);
  const groups: Group[] = [];
  for (const [session, { members }] of bySession) {
    const group = await groupOf(slots, session, members);
    if (group !== null) groups.push(group);
  }
  return groups;
}

async function groupOf(slots: Slots, session: string, members: readonly Queued[]): Promise<Group | null> {
  const last = members.at(-1)?.append;
  if (last === undefined) return null;
  const epoch = last.epoch ?? 0;
  let place = slots.peek(session);
  if (place === undefined || place.epoch !== epoch) {
    try {
      place = await slots.placeOf(session, epoch);
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
      for (const { reject } of members) reject(error);
      return null;
    }
  }
  const slot = place.slot + 1;
  const doc: GroupDoc = {
    _id: `${session}/${slot}`,
    session,
    slot,
    epoch,
    records: members.flatMap(({ append }) => append.records.map(partOf)),
    seq: last.row.seq,
    hot: hotOf(last.row),
    findings: members.flatMap(({ append }) => append.findings),
  };
  return { place, members, doc };
}

/** Brings the summaries up to their groups. A summary that is further already stays as it is. */
async function project(models: Pick<Models, 'sessions'>, groups: readonly Group[]): Promise<void> {
  const updates = [];
  for (const { doc } of groups) {
    const { session, slot, hot, findings } = doc;
    if (hot === null) continue;
    const change: Record<string, unknown> = { ...changeOf(session, slot, hot) };
    if (findings.length > 0) {
      const known = await models.sessions.findById(session, { findings: 1 }).lean();
      change.findings = mergeFindings(known?.findings ?? [], findings);
    }
    const filter = { _id: session as never, slot: { $lt: slot } };
    updates.push({ updateOne: { filter, update: { $set: change } } });
  }
  for (let from = 0; from < updates.length; from += UPDATES_PER_MESSAGE) {
    const some = updates.slice(from, from + UPDATES_PER_MESSAGE);
    await models.sessions.collection.bulkWrite(some as never, { ordered: false });
  }
}

/**
 * Who may write to a sitting, in MongoDB. Three steps: raise the epoch in the sitting's document, put up a fence in the
 * next slot of its groups, bring the summary up to what was written before the fence. The fence decides: it is an insert
 * under a unique key, there is one per epoch, and from then on an older owner finds its next slot taken, whatever it
 * believes about the time.
 */
import type { HeldLease, LeaseStore } from '../../app/ports.ts';
import type { GroupDoc, Models, SessionDoc } from './documents.ts';
import { isDuplicate } from './errors.ts';
import { changeOf, mergeFindings } from './session-documents.ts';
import { lastGroup, type Slots } from './slots.ts';

/** Slots that an old owner may still take between two looks before the taking is given up. */
const FENCE_TRIES_MAX = 100;

type LeaseModels = Pick<Models, 'sessions' | 'groups' | 'owners'>;

async function lives(models: LeaseModels, owner: string, at: number): Promise<boolean> {
  const doc = await models.owners.findById(owner).lean();
  return doc !== null && doc.until > at;
}

/** Takes the next free slot without a record. @returns the slot, null when somebody came first. */
async function putFence({ groups }: LeaseModels, session: string, epoch: number): Promise<number | null> {
  for (let tries = 0; tries < FENCE_TRIES_MAX; tries += 1) {
    const last = await lastGroup({ groups }, session);
    if (last.epoch >= epoch) return null;
    const slot = last.slot + 1;
    const fence: GroupDoc = {
      _id: `${session}/${slot}`,
      session,
      slot,
      epoch,
      records: [],
      seq: null,
      hot: null,
      findings: [],
    };
    try {
      await groups.collection.insertOne(fence as never);
      return slot;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
  }
  return null;
}

/** Makes up for summaries that a dead owner did not get to. */
async function repair(models: LeaseModels, doc: SessionDoc, fence: number): Promise<void> {
  const { _id: session } = doc;
  const missing = await models.groups
    .find({ session, slot: { $gt: doc.slot, $lt: fence } }, { hot: 1, findings: 1, slot: 1 })
    .sort({ slot: 1 })
    .lean();
  const newest = missing.findLast(({ hot }) => hot !== null)?.hot ?? null;
  const found = missing.flatMap(({ findings }) => findings);
  const change: Record<string, unknown> =
    newest === null ? { slot: fence } : { ...changeOf(session, fence, newest) };
  if (found.length > 0) change.findings = mergeFindings(doc.findings, found);
  await models.sessions.updateOne({ _id: session, slot: { $lt: fence } }, { $set: change });
}

/** @param slots told of every sitting taken and given up. */
export function createLeaseStore(models: LeaseModels, slots: Slots): LeaseStore {
  async function acquire(request: Parameters<LeaseStore['acquire']>[0]): Promise<number | null> {
    const { session, owner, at, want } = request;
    const doc = (await models.sessions.findById(session, { seed: 0 }).lean()) as SessionDoc | null;
    if (doc === null) return null;
    const before = { _id: session, epoch: doc.epoch };
    if (doc.owner !== null && doc.owner !== owner && (await lives(models, doc.owner, at))) {
      if (want && !doc.wanted)
        await models.sessions.updateOne({ ...before, owner: doc.owner }, { $set: { wanted: true } });
      return null;
    }
    const epoch = doc.epoch + 1;
    const taken = await models.sessions.updateOne(before, { $set: { owner, epoch, wanted: false } });
    if (taken.matchedCount === 0) return null;
    const slot = await putFence(models, session, epoch);
    if (slot === null) return null;
    await repair(models, doc, slot);
    slots.set(session, { epoch, slot });
    return epoch;
  }

  return {
    async beat(owner, until) {
      await models.owners.updateOne({ _id: owner }, { $set: { until } }, { upsert: true });
    },
    acquire,
    async release({ session, epoch }) {
      if (slots.peek(session)?.epoch === epoch) slots.forget(session);
      await models.sessions.updateOne({ _id: session, epoch }, { $set: { owner: null, wanted: false } });
    },
    async held(owner, which): Promise<readonly HeldLease[]> {
      const filter = which === 'all' ? { owner } : { owner, wanted: true };
      const docs = await models.sessions.find(filter, { epoch: 1 }).lean();
      return docs.map(({ _id, epoch }) => ({ session: _id, epoch }));
    },
  };
}

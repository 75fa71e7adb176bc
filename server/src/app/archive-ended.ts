/**
 * Packs the records of sittings that ended a while ago. Before the rows go, the block is unpacked again and every record is
 * compared; a sitting whose chain does not hold stays as it is, for the inquiry.
 */
import { checkChain } from '@zhenxue/evidence';
import { sha256 } from './hash.ts';
import type {
  ArchiveCodec,
  ArchiveStore,
  Clock,
  Log,
  Metrics,
  Schedule,
  SessionStore,
  StoredRecord,
} from './ports.ts';

/** Milliseconds between two looks when nothing waits, and between two portions of work. */
const LOOK_MS = 30_000;
const PORTION_GAP_MS = 100;

/** Sittings packed in one portion, one after the other: the live ones go first. */
const PORTION_MAX = 20;

/** Damaged sittings that are remembered to be left alone; beyond, the archiver rests until the next start. */
const DAMAGED_MAX = 1_000;

/** What the archiver needs. */
export interface ArchiverDeps {
  /** The store's own sittings: rows only. */
  readonly sessions: Pick<SessionStore, 'records'>;
  readonly archives: ArchiveStore;
  readonly codec: ArchiveCodec;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Milliseconds that a sitting stays unpacked after its end. */
  readonly quietMs: number;
}

function sameRecord(a: StoredRecord, b: StoredRecord | undefined): boolean {
  if (b === undefined || a.n !== b.n || a.kind !== b.kind || a.at !== b.at) return false;
  return Buffer.compare(a.bytes, b.bytes) === 0 && Buffer.compare(a.chain, b.chain) === 0;
}

/**
 * Packs one sitting.
 * @returns false when there was nothing to do any more. @throws Error when its records or the block are damaged.
 */
export async function archiveSitting(
  deps: Pick<ArchiverDeps, 'sessions' | 'archives' | 'codec'>,
  session: string,
): Promise<boolean> {
  const records = await deps.sessions.records(session);
  const kept = records.length === 0 ? await deps.archives.get(session) : null;
  // Packed by somebody who died before everything was cleared.
  if (kept !== null) {
    await deps.codec.unpack(kept);
    return deps.archives.move(kept);
  }
  const chain = checkChain(session, records, sha256);
  if (!chain.ok) throw new Error(`archive: expected the chain to hold at record ${chain.index + 1}`);
  const archived = { session, ...(await deps.codec.pack(records)) };
  const back = await deps.codec.unpack(archived);
  if (back.length !== records.length || !records.every((record, i) => sameRecord(record, back[i])))
    throw new Error('archive: expected the same records back');
  return deps.archives.move(archived);
}

/** Packs what waits, at most a portion. @param damaged left alone; grows. @returns whether more may wait. */
export async function archiveEnded(deps: ArchiverDeps, damaged: Set<string>): Promise<boolean> {
  if (damaged.size >= DAMAGED_MAX) return false;
  const before = deps.clock.now() - deps.quietMs;
  const waiting = await deps.archives.waiting(before, PORTION_MAX + damaged.size);
  for (const session of waiting) {
    if (damaged.has(session)) continue;
    try {
      if (await archiveSitting(deps, session)) deps.metrics.count('sitting.archived');
    } catch (error) {
      damaged.add(session);
      deps.metrics.count('sitting.archive_failed');
      deps.log.error('sitting.archive-failed', { session, error: String(error) });
    }
  }
  return waiting.length >= PORTION_MAX + damaged.size;
}

/** Looks again and again. @returns its stop; resolves when nothing is under way. */
export function startArchiver(deps: ArchiverDeps, schedule: Schedule): () => Promise<void> {
  const damaged = new Set<string>();
  let stopped = false;
  let cancel = () => {};
  let running: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    let more = false;
    try {
      more = await archiveEnded(deps, damaged);
    } catch (error) {
      deps.log.error('archive.failed', { error: String(error) });
    }
    if (!stopped) cancel = schedule(more ? PORTION_GAP_MS : LOOK_MS, start);
  }

  function start(): void {
    running = look();
  }

  cancel = schedule(PORTION_GAP_MS, start);
  return async () => {
    stopped = true;
    cancel();
    await running;
  };
}

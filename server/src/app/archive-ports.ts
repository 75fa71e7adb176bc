/** What the application needs to pack the records of ended sittings, and to delete what need not be kept. */
import type { SessionRow, StoredRecord } from './ports.ts';

/** The records of an ended sitting as one block. */
export interface PackedRecords {
  /** Records in it. */
  readonly count: number;
  /** Chain value after the last of them, 32 bytes. */
  readonly head: Uint8Array;
  readonly body: Uint8Array;
}

/** A block in the archive. */
export interface ArchivedSitting extends PackedRecords {
  readonly session: string;
}

/** Packs records so that exactly the same bytes come back. */
export interface ArchiveCodec {
  pack(records: readonly StoredRecord[]): Promise<PackedRecords>;
  /** @throws Error when the block was changed: its chain does not end at `head`. */
  unpack(archived: ArchivedSitting): Promise<readonly StoredRecord[]>;
}

/** Packed records of ended sittings. Summaries, seeds and findings stay where they are, so nothing is searched differently. */
export interface ArchiveStore {
  /** Sittings that ended before this instant and still have their records unpacked, earliest end first, at most `limit`. */
  waiting(endedBefore: number, limit: number): Promise<readonly string[]>;
  /**
   * Puts the block in the place of the records; after a crash in the middle the sitting reads the same, and it is done again.
   * @returns false, and changes nothing, when the records stored are not as many as in the block, or the sitting has not ended.
   */
  move(archived: ArchivedSitting): Promise<boolean>;
  get(session: string): Promise<ArchivedSitting | null>;
}

/** What can be deleted when its time has come, in the order in which it must go (see `retention.ts`). */
export type RetentionKind = 'photos' | 'records' | 'findings' | 'verdicts';

/** What remains of something that was deleted on purpose. Nothing ever deletes a tombstone. */
export interface Tombstone {
  readonly session: string;
  readonly kind: RetentionKind;
  readonly openedAt: number;
  readonly endedAt: number;
  /** When it was deleted, epoch ms. */
  readonly at: number;
  /** Says what was deleted without telling it: for records the last chain value, else a SHA-256; 32 bytes. */
  readonly hash: Uint8Array;
  /** SHA-256 over what is left of the sitting, since nothing derives it any more. */
  readonly left: Uint8Array;
  /** Why: the setting that asked for it. */
  readonly reason: string;
}

/** Deletes what may go, one sitting at a time, and leaves a tombstone for each. */
export interface RetentionStore {
  /**
   * Sittings that ended before an instant, still have this kind, lost the kinds before it, and are cited in no finding against a
   * platform; by id, after `after`, at most `limit`. Records go only when they are packed.
   */
  expired(
    kind: RetentionKind,
    endedBefore: number,
    after: string | null,
    limit: number,
  ): Promise<readonly SessionRow[]>;
  /** Writes the tombstone and deletes what it stands for. @returns false, and changes nothing, when that may not go now. */
  bury(tombstone: Tombstone): Promise<boolean>;
  /** In the order of their making. */
  tombstones(session: string): Promise<readonly Tombstone[]>;
}

/** Takes a sitting's stored photos away, without opening them. */
export interface PhotoDisposal {
  /** SHA-256 (base64url) of the sitting's files by the photo's id, sorted by id. */
  hashes(
    row: Pick<SessionRow, 'session' | 'platform' | 'learner' | 'course'>,
  ): Promise<readonly (readonly [string, string])[]>;
  /** Resolves when the files are gone from the disk. */
  remove(row: Pick<SessionRow, 'session' | 'platform' | 'learner' | 'course'>): Promise<void>;
}

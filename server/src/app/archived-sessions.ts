/** The sittings of a store with their records wherever they lie: as rows, or packed in the archive. */
import type { ArchiveCodec, ArchiveStore, SessionStore, StoredRecord } from './ports.ts';

/** Replay, timeline and everything else read an archived sitting as any other. @throws Error when its block was changed. */
export function withArchive(
  sessions: SessionStore,
  archives: Pick<ArchiveStore, 'get'>,
  codec: Pick<ArchiveCodec, 'unpack'>,
): SessionStore {
  async function unpacked(session: string): Promise<readonly StoredRecord[]> {
    const archived = await archives.get(session);
    return archived === null ? [] : codec.unpack(archived);
  }
  return {
    ...sessions,
    async records(session) {
      const rows = await sessions.records(session);
      return rows.length > 0 ? rows : unpacked(session);
    },
    async batchBytes(session, seq) {
      const bytes = await sessions.batchBytes(session, seq);
      if (bytes !== null) return bytes;
      const batches = (await unpacked(session)).filter(({ kind }) => kind === 'batch');
      return batches[seq - 1]?.bytes ?? null;
    },
  };
}

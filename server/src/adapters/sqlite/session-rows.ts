/** Between rows of the `sessions` table and the application's summaries. */
import { RECORD_KINDS, type RecordKind } from '@zhenxue/evidence';
import type { EndReason, Outcome } from '@zhenxue/protocol';
import type { SessionRow, StoredRecord } from '../../app/ports.ts';
import { putOnFrame, takeOffFrame } from './batch-frame.ts';
import type { Row } from './database.ts';

/** Kind of a batch that is stored without its frame (see `batch-frame.ts`). In the table only, never in a chain. */
const UNFRAMED_BATCH = RECORD_KINDS.batch | 0x80;

/** Kinds in the table under which batches are stored. */
export const BATCH_KINDS: readonly number[] = [RECORD_KINDS.batch, UNFRAMED_BATCH];

const KIND_NAMES: ReadonlyMap<number, RecordKind> = new Map(
  Object.entries(RECORD_KINDS).map(([name, byte]) => [byte, name as RecordKind]),
);

/** A summary as the application knows it. */
export function sessionOf(row: Row): SessionRow {
  return {
    session: row.session as string,
    platform: row.platform as string,
    learner: row.learner as string,
    course: row.course as string,
    lesson: row.lesson as string,
    packId: row.pack_id as string,
    build: row.build as string,
    openedAt: row.opened_at as number,
    endedAt: row.ended_at as number | null,
    ended: row.ended as EndReason | null,
    outcome: row.outcome as Outcome,
    creditedMs: row.credited_ms as number,
    coveragePermille: row.coverage_permille as number,
    violations: row.violations as number,
    suppressions: JSON.parse(row.suppressions as string) as string[],
    credited: JSON.parse(row.credited as string) as [number, number][],
    seq: row.seq as number,
    dueAt: row.due_at as number | null,
  };
}

/** The columns of a record: sitting, number, kind, time, bytes, chain value. */
export function recordColumns(
  sid: number,
  session: string,
  { n, kind, at, bytes, chain }: StoredRecord,
): (number | Uint8Array)[] {
  const short = kind === 'batch' ? takeOffFrame(session, bytes) : null;
  return short === null
    ? [sid, n, RECORD_KINDS[kind], at, bytes, chain]
    : [sid, n, UNFRAMED_BATCH, at, short, chain];
}

/** The bytes as they were taken in. */
export function bytesOf(session: string, row: Row): Uint8Array {
  const bytes = row.bytes as Uint8Array;
  return row.kind === UNFRAMED_BATCH ? putOnFrame(session, bytes) : bytes;
}

/** A link of the chain. @throws Error on a kind that this program does not know. */
export function recordOf(session: string, row: Row): StoredRecord {
  const kind = row.kind === UNFRAMED_BATCH ? 'batch' : KIND_NAMES.get(row.kind as number);
  if (kind === undefined) throw new Error('stored record: expected a known kind');
  return {
    n: row.n as number,
    kind,
    at: row.at as number,
    bytes: bytesOf(session, row),
    chain: row.chain as Uint8Array,
  };
}

/** The columns that never change, in the order of the insert. */
export function fixedColumns(row: SessionRow): (string | number)[] {
  return [row.session, row.platform, row.learner, row.course, row.lesson, row.packId, row.openedAt];
}

/** The columns that every append rewrites; none of them is indexed. */
export const HOT_COLUMNS: readonly string[] = [
  'build',
  'ended',
  'outcome',
  'credited_ms',
  'coverage_permille',
  'violations',
  'suppressions',
  'credited',
  'seq',
];

/** Values of {@link HOT_COLUMNS}. */
export function hotValues(row: SessionRow): (string | number | null)[] {
  return [
    row.build,
    row.ended,
    row.outcome,
    row.creditedMs,
    row.coveragePermille,
    row.violations,
    JSON.stringify(row.suppressions),
    JSON.stringify(row.credited),
    row.seq,
  ];
}

/** Cursor of the page after `row`: opaque to clients. */
export function cursorAfter(row: SessionRow): string {
  return Buffer.from(`${row.openedAt}.${row.session}`).toString('base64url');
}

/** What a cursor says, null when it is not one of ours. */
export function readCursor(cursor: string): { openedAt: number; session: string } | null {
  const match = /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (match === null) return null;
  return { openedAt: Number(match[1]), session: match[2] ?? '' };
}

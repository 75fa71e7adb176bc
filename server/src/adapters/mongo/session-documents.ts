/** Between documents and what the application knows. */
import { RECORD_KINDS, type RecordKind } from '@zhenxue/evidence';
import type { Finding } from '@zhenxue/protocol';
import type { SessionRow, StoredRecord } from '../../app/ports.ts';
import type { HotPart, RecordPart, SessionDoc } from './documents.ts';

const KIND_NAMES: ReadonlyMap<number, RecordKind> = new Map(
  Object.entries(RECORD_KINDS).map(([name, byte]) => [byte, name as RecordKind]),
);

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A link as stored. */
export function partOf(record: StoredRecord): RecordPart {
  const { n, kind, at, bytes, chain } = record;
  return { n, kind: RECORD_KINDS[kind], at, bytes: bufferOf(bytes), chain: bufferOf(chain) };
}

/** A link of the chain. @throws Error on a kind that this program does not know. */
export function recordOf(part: RecordPart): StoredRecord {
  const kind = KIND_NAMES.get(part.kind);
  if (kind === undefined) throw new Error('stored record: expected a known kind');
  return { n: part.n, kind, at: part.at, bytes: part.bytes, chain: part.chain };
}

/** What an append changes in the summary. */
export function hotOf(row: SessionRow): HotPart {
  const {
    build,
    endedAt,
    ended,
    outcome,
    creditedMs,
    coveragePermille,
    violations,
    suppressions,
    seq,
    dueAt,
  } = row;
  const counts = { creditedMs, coveragePermille, violations, seq, dueAt };
  return { build, endedAt, ended, outcome, ...counts, suppressions, credited: row.credited.flat() };
}

/** Intervals from their flat form. */
export function intervalsOf(flat: readonly number[]): readonly (readonly [number, number])[] {
  const intervals: [number, number][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) intervals.push([flat[i] ?? 0, flat[i + 1] ?? 0]);
  return intervals;
}

/** A sitting's document without what a summary does not show. */
export type SummaryDoc = Omit<SessionDoc, 'seed' | 'findings'>;

/** A summary as the application knows it. */
export function sessionOf(doc: SummaryDoc): SessionRow {
  const { _id: session, platform, learner, course, lesson, packId, openedAt } = doc;
  const {
    build,
    endedAt,
    ended,
    outcome,
    creditedMs,
    coveragePermille,
    violations,
    suppressions,
    seq,
    dueAt,
  } = doc;
  const facts = { session, platform, learner, course, lesson, packId, openedAt };
  const counts = { creditedMs, coveragePermille, violations, seq, dueAt };
  return {
    ...facts,
    build,
    endedAt,
    ended,
    outcome,
    ...counts,
    suppressions,
    credited: intervalsOf(doc.credited),
  };
}

/** Findings with newer ones put in by id; the order of first appearance stays. */
export function mergeFindings(known: readonly Finding[], newer: readonly Finding[]): readonly Finding[] {
  const merged = new Map(known.map((finding) => [finding.id, finding]));
  for (const finding of newer) merged.set(finding.id, finding);
  return [...merged.values()];
}

/** What brings a summary up to a group. An ended sitting claims nothing any more. */
export function changeOf(session: string, slot: number, hot: HotPart): Partial<SessionDoc> {
  return { ...hot, slot, ...(hot.endedAt === null ? {} : { claim: session }) };
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

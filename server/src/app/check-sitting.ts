/** Derives a stored sitting again from its records and compares all that is kept beside them. */
import { checkChain } from '@zhenxue/evidence';
import type { Finding } from '@zhenxue/protocol';
import { canonicalJson } from './canonical-json.ts';
import type { Engine } from './engine.ts';
import { sha256 } from './hash.ts';
import type { SessionRow, StoredRecord } from './ports.ts';
import { progressMayLag, summaryOf } from './session-summary.ts';
import { replaySitting } from './sitting.ts';

/** All that a store keeps of one sitting. */
export interface StoredSitting {
  readonly row: SessionRow;
  readonly records: readonly StoredRecord[];
  readonly seed: string | null;
  readonly findings: readonly { readonly id: string; readonly finding: Finding }[];
}

/** Photos that the records name: id and SHA-256 (base64url) of the ciphertext. */
export interface RecordedPhoto {
  readonly id: string;
  readonly hash: string;
}

/** What a check found. */
export interface SittingCheck {
  /** The first thing wrong, in words; null when nothing is. */
  readonly problem: string | null;
  readonly photos: readonly RecordedPhoto[];
}

function differing(row: SessionRow, derived: SessionRow): string | null {
  const names = Object.keys(derived) as (keyof SessionRow)[];
  return names.find((name) => canonicalJson(row[name]) !== canonicalJson(derived[name])) ?? null;
}

function compare(engine: Engine, stored: StoredSitting, seed: string): string | null {
  const hole = stored.records.findIndex((record, i) => record.n !== i + 1);
  if (hole !== -1) return `expected record ${hole + 1}, got record ${stored.records[hole]?.n}`;
  const chain = checkChain(stored.row.session, stored.records, sha256);
  if (!chain.ok) return `expected the chain to hold at record ${chain.index + 1}`;
  // The row may have been written at any record up to the batch after the one that it names.
  const earlier: { readonly row: SessionRow; readonly at: number }[] = [];
  const sitting = replaySitting(engine, stored.records, seed, (_record, _directives, now) => {
    if (now.seq === stored.row.seq) earlier.push({ row: summaryOf(engine, now), at: now.at });
  });
  if (sitting.facts.session !== stored.row.session) return 'expected records of this sitting';
  const present = summaryOf(engine, sitting);
  const lags = earlier.some(
    (then) =>
      differing(stored.row, then.row) === null && progressMayLag(stored.row, present, then.at, sitting.at),
  );
  const column = lags ? null : differing(stored.row, present);
  if (column !== null) return `expected ${column} as derived from the records`;
  const derived = sitting.state.findings.map((finding) => ({ id: finding.id, finding }));
  const sorted = (list: StoredSitting['findings']) =>
    list.map((one) => canonicalJson(one)).sort((a, b) => (a < b ? -1 : 1));
  const [mine, theirs] = [sorted(stored.findings), sorted(derived)];
  return mine.join('\n') === theirs.join('\n') ? null : 'expected the findings as derived from the records';
}

function photosOf(records: readonly StoredRecord[]): readonly RecordedPhoto[] {
  return (
    records
      .filter(({ kind }) => kind === 'photo')
      .map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)) as RecordedPhoto)
      // A request that the learner declined has a record and no photo.
      .filter(({ hash }) => hash !== '')
  );
}

/** Checks chain, seed commitment, summary and findings of one sitting. Never throws. */
export function checkSitting(engine: Engine, stored: StoredSitting): SittingCheck {
  if (stored.seed === null) return { problem: 'expected the seed of the sitting', photos: [] };
  try {
    return { problem: compare(engine, stored, stored.seed), photos: photosOf(stored.records) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error), photos: [] };
  }
}

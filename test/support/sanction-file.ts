/** Files of sanctions for tests: entries in a line, appended only when admitted. */
import { admitEntry } from '../../server/src/core/sanctions/admit.ts';
import { type ProposedEntry, type SanctionEntry, termsOf } from '../../server/src/core/sanctions/entries.ts';
import { packOf } from './sitting.ts';

export const ZONE = 'Asia/Shanghai';
export const REASON: { readonly zh: string; readonly en: string } = { zh: '理由', en: 'reason' };

/** An instant on a local day in Shanghai. */
export const on = (date: string, time = '12:00:00.000'): number => Date.parse(`${date}T${time}+08:00`);

/** Entries without what most of them share. */
type Short<T> = T extends SanctionEntry ? Omit<T, 'at' | 'official' | 'reason'> : never;

/** One entry, at noon of a local day unless `parts` say otherwise. */
export function entry(
  date: string,
  short: Short<SanctionEntry>,
  parts: { official?: string; at?: number } = {},
): SanctionEntry {
  return { at: on(date), official: 'anna', reason: REASON, ...parts, ...short } as SanctionEntry;
}

/** A proposal for a violation of 2 March 2026. */
export function proposed(
  date: string,
  parts: Partial<ProposedEntry> = {},
  pack = 'zz-2022-2',
): SanctionEntry {
  return entry(date, {
    kind: 'proposed',
    platform: 'p1',
    finding: 'f1',
    clause: 'zz-2022-2:20(3)',
    violationDate: '2026-03-02',
    terms: termsOf(packOf(pack)),
    ...parts,
  });
}

/** A ban, signed by anna and another. */
export const imposed = (date: string, countersignedBy: string | null = 'boris'): SanctionEntry =>
  entry(date, { kind: 'imposed', countersignedBy });

/** Appends one by one; every entry must be admitted. */
export function file(...entries: readonly SanctionEntry[]): readonly SanctionEntry[] {
  const admitted: SanctionEntry[] = [];
  for (const next of entries) {
    const result = admitEntry(admitted, next);
    if (!result.ok) throw new Error(`${next.kind}: ${result.error.refusal}`);
    admitted.push(next);
  }
  return admitted;
}

/** The reason of a refusal, or `admitted`. */
export const refusalOf = (entries: readonly SanctionEntry[], next: SanctionEntry): string => {
  const result = admitEntry(entries, next);
  return result.ok ? 'admitted' : result.error.refusal;
};

/** Found on 10 March, imposed at once from 2 March. */
export const BANNED: readonly SanctionEntry[] = file(proposed('2026-03-10'), imposed('2026-03-10', null));

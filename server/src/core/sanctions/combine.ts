/**
 * One violation date, one ban (rules §4): a ban starts on the local date of the violation and lasts a fixed time, so that
 * whatever is proved of one date belongs into one ban that cites it all. A second one with the same days would say nothing
 * new, and whoever lifts or reduces the first would be misread.
 */
import type { Bilingual } from '@zhenxue/protocol';

/** Complete evidence of one kind against a platform. */
export interface ProvedKind {
  readonly kind: string;
  readonly clause: string;
  /** Local date of the earliest violation. */
  readonly violationDate: string;
  readonly reason: Bilingual;
  readonly cites: readonly { readonly session: string; readonly finding: string }[];
}

/**
 * Joins what was proved of each date; kind and clause are those of the first proof of that date, unless clauses differ.
 * @param standing dates from which a ban of this platform runs already: what falls on them is left out.
 */
export function oneBanPerDate(
  proved: readonly ProvedKind[],
  standing: ReadonlySet<string>,
): readonly ProvedKind[] {
  const byDate = new Map<string, ProvedKind>();
  for (const next of proved) {
    const { violationDate } = next;
    if (standing.has(violationDate)) continue;
    const known = byDate.get(violationDate);
    byDate.set(violationDate, known === undefined ? next : joined(known, next));
  }
  return [...byDate.values()];
}

function joined(known: ProvedKind, next: ProvedKind): ProvedKind {
  const cited = new Set(known.cites.map(placeOf));
  return {
    ...known,
    clause: known.clause.split(', ').includes(next.clause) ? known.clause : `${known.clause}, ${next.clause}`,
    reason: {
      zh: `${known.reason.zh}${next.reason.zh}`,
      en: `${known.reason.en} ${next.reason.en}`,
    },
    cites: [...known.cites, ...next.cites.filter((cite) => !cited.has(placeOf(cite)))],
  };
}

function placeOf({ session, finding }: ProvedKind['cites'][number]): string {
  return `${session} ${finding}`;
}

/**
 * Where a sanction stands, folded from its entries and nothing else. In force or not is asked of a local date, or of an
 * instant through the local date it falls on; no flag is stored anywhere (rules §4).
 */
import { addDays, type DateSpan, holdsDate, localDate, needDate } from '../calendar/local-date.ts';
import { type BanTerm, banTerm } from './ban-dates.ts';
import type { ProposedEntry, SanctionEntry } from './entries.ts';

/** Days without effect: from the stay's date to the day before the resumption; `to` null = not resumed. */
export type Stay = DateSpan;

/** A file read up to its last entry. */
export interface Standing {
  readonly proposal: ProposedEntry;
  readonly lastAt: number;
  readonly notifiedAt: number | null;
  readonly responses: number;
  readonly imposedAt: number | null;
  /** Dropped before a ban was imposed. */
  readonly dropped: boolean;
  /** The ban's days after reductions; null before it was imposed. */
  readonly term: BanTerm | null;
  readonly stays: readonly Stay[];
  /** First local date without effect for good; null = not lifted. */
  readonly liftedFrom: string | null;
}

/** What can be said of a sanction on a date. */
export type SanctionStatus =
  | 'proposed'
  | 'notified'
  | 'dropped'
  | 'not-begun'
  | 'in-force'
  | 'stayed'
  | 'lifted'
  | 'expired';

/** The standing after a file's first entry. */
export function openStanding(proposal: ProposedEntry): Standing {
  return {
    proposal,
    lastAt: proposal.at,
    notifiedAt: null,
    responses: 0,
    imposedAt: null,
    dropped: false,
    term: null,
    stays: [],
    liftedFrom: null,
  };
}

/** The standing after one more entry, which must have been admitted. */
export function evolveStanding(standing: Standing, entry: SanctionEntry): Standing {
  const next = { ...standing, lastAt: entry.at };
  switch (entry.kind) {
    case 'proposed':
      return openStanding(entry);
    case 'notified':
      return { ...next, notifiedAt: entry.at };
    case 'responded':
      return { ...next, responses: standing.responses + 1 };
    case 'imposed': {
      const { violationDate, terms } = standing.proposal;
      return { ...next, imposedAt: entry.at, term: banTerm(violationDate, terms.banYears) };
    }
    case 'stayed':
      return { ...next, stays: [...standing.stays, { from: entry.from, to: null }] };
    case 'resumed':
      return { ...next, stays: endStay(standing.stays, entry.from) };
    case 'reduced':
      return { ...next, term: standing.term && { ...standing.term, endsOn: entry.endsOn } };
    case 'lifted':
      return entry.from === null ? { ...next, dropped: true } : { ...next, liftedFrom: entry.from };
    default:
      entry satisfies never;
      return next;
  }
}

function endStay(stays: readonly Stay[], resumedFrom: string): readonly Stay[] {
  const open = stays.at(-1);
  if (open === undefined) return stays;
  // Resumed on the day of the stay: no day was without effect.
  if (resumedFrom <= open.from) return stays.slice(0, -1);
  return [...stays.slice(0, -1), { from: open.from, to: addDays(resumedFrom, -1) }];
}

/** The standing of a file, or null when it is empty or does not begin with a proposal. */
export function standingOf(entries: readonly SanctionEntry[]): Standing | null {
  const [first, ...rest] = entries;
  if (first?.kind !== 'proposed') return null;
  return rest.reduce(evolveStanding, openStanding(first));
}

/** The entries that existed at an instant (epoch ms): what could be known then. */
export function entriesKnownAt(entries: readonly SanctionEntry[], at: number): readonly SanctionEntry[] {
  return entries.filter((entry) => entry.at <= at);
}

/** Whether the open or ended stays hold a date. */
function isStayed(standing: Standing, date: string): boolean {
  return standing.stays.some((stay) => holdsDate(stay, date));
}

/**
 * What can be said on a local date.
 * @throws RangeError when `date` is no date.
 */
export function statusOn(standing: Standing, date: string): SanctionStatus {
  needDate(date, 'date');
  const { term, dropped, liftedFrom, notifiedAt } = standing;
  if (dropped) return 'dropped';
  if (term === null) return notifiedAt === null ? 'proposed' : 'notified';
  if (date < term.startsOn) return 'not-begun';
  if (liftedFrom !== null && date >= liftedFrom) return 'lifted';
  if (date > term.endsOn) return 'expired';
  return isStayed(standing, date) ? 'stayed' : 'in-force';
}

/**
 * Whether the ban has effect.
 * @param entries the whole file, or what was known of it ({@link entriesKnownAt}).
 * @param when a local date, or an instant in epoch ms, which is laid on the local date of the file's zone.
 * @throws RangeError when `when` is neither.
 */
export function inForce(entries: readonly SanctionEntry[], when: string | number): boolean {
  const standing = standingOf(entries);
  if (standing === null) return false;
  const date = typeof when === 'number' ? localDate(when, standing.proposal.terms.zone) : when;
  return statusOn(standing, date) === 'in-force';
}

/**
 * The days on which the ban has effect, as disjoint spans in order. They begin with the violation, so the days until its
 * discovery are among them: a training on such a day is not recognised.
 */
export function bannedDays(entries: readonly SanctionEntry[]): readonly DateSpan[] {
  const standing = standingOf(entries);
  if (standing?.term == null) return [];
  const { term, liftedFrom } = standing;
  const lastBeforeLift = liftedFrom === null ? term.endsOn : addDays(liftedFrom, -1);
  const endsOn = lastBeforeLift < term.endsOn ? lastBeforeLift : term.endsOn;
  const spans: DateSpan[] = [];
  let from = term.startsOn;
  for (const stay of standing.stays) {
    const before = addDays(stay.from, -1);
    if (from <= before && from <= endsOn) spans.push({ from, to: before < endsOn ? before : endsOn });
    if (stay.to === null) return spans;
    const after = addDays(stay.to, 1);
    if (after > from) from = after;
  }
  if (from <= endsOn) spans.push({ from, to: endsOn });
  return spans;
}

/** The last local day of the response window; null while the platform has not been told. */
export function responseEndsOn(standing: Standing): string | null {
  const { notifiedAt, proposal } = standing;
  if (notifiedAt === null) return null;
  return addDays(localDate(notifiedAt, proposal.terms.zone), proposal.terms.responseWindowDays);
}

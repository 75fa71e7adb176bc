/**
 * The file of one sanction (rules §4): entries that are only ever appended, each with its instant, the official who
 * answers for it and the reason in both languages. Signing and storing them is the application's part. That a ban has
 * expired is never an entry; it follows from dates.
 */
import type { Bilingual } from '@zhenxue/protocol';
import type { PolicyPack, SanctionMode } from '../policy/pack.ts';

/** Entries of one file. A procedure has about ten; this leaves room for every stay that courts could order. */
export const SANCTION_ENTRIES_MAX = 256;

/** Characters of a reason in one language. */
export const REASON_CHARS_MAX = 4_000;

/** Who acts when a ban is imposed automatically: the rule engine itself, named so in the entry. */
export const AUTOMATIC_OFFICIAL = 'automatic';

/** The terms that a file keeps from its pack: a later pack never changes a running procedure. */
export interface SanctionTerms {
  readonly mode: SanctionMode;
  readonly zone: string;
  readonly banYears: number;
  readonly responseWindowDays: number;
}

interface EntryBase {
  /** When it was entered, epoch ms. Never before the entry above it. */
  readonly at: number;
  /** Who answers for it: pseudonymous reference of an official, or {@link AUTOMATIC_OFFICIAL}. */
  readonly official: string;
  readonly reason: Bilingual;
}

/** Opens the file: what was found, on which date it happened, and the terms that apply. */
export interface ProposedEntry extends EntryBase {
  readonly kind: 'proposed';
  readonly platform: string;
  /** Id of the platform finding. */
  readonly finding: string;
  readonly clause: string;
  /** Local date of the violation, not of its discovery. */
  readonly violationDate: string;
  readonly terms: SanctionTerms;
}

/** The platform was told; the response window runs from the next local day. */
export interface NotifiedEntry extends EntryBase {
  readonly kind: 'notified';
}

/** The platform answered, or appealed against a ban already imposed. `official` took it in. */
export interface RespondedEntry extends EntryBase {
  readonly kind: 'responded';
  /** Reference of the stored statement. */
  readonly statement: string;
}

/** The ban stands, from the date of the violation. */
export interface ImposedEntry extends EntryBase {
  readonly kind: 'imposed';
  /** The second official; null only where the mode is automatic. */
  readonly countersignedBy: string | null;
}

/** The ban has no effect from this local date on, until resumed. A stay does not lengthen the ban. */
export interface StayedEntry extends EntryBase {
  readonly kind: 'stayed';
  readonly from: string;
}

/** A stayed ban has effect again from this local date on. */
export interface ResumedEntry extends EntryBase {
  readonly kind: 'resumed';
  readonly from: string;
}

/** The ban ends earlier: its new last day. */
export interface ReducedEntry extends EntryBase {
  readonly kind: 'reduced';
  readonly endsOn: string;
}

/**
 * The ban has no effect from this local date on, for good; from its first day, it never had any. Before a ban was imposed:
 * the proposal is dropped, `from` null.
 */
export interface LiftedEntry extends EntryBase {
  readonly kind: 'lifted';
  readonly from: string | null;
}

/** One entry of a sanction's file. */
export type SanctionEntry =
  | ProposedEntry
  | NotifiedEntry
  | RespondedEntry
  | ImposedEntry
  | StayedEntry
  | ResumedEntry
  | ReducedEntry
  | LiftedEntry;

/** What a pack says about a procedure that begins under it. */
export function termsOf(pack: Pick<PolicyPack, 'zone' | 'sanctions'>): SanctionTerms {
  const { mode, banYears, responseWindowDays } = pack.sanctions;
  return { mode, zone: pack.zone, banYears, responseWindowDays };
}

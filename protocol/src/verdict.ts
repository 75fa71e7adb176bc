/** Findings and verdicts as they leave the server (rules §0). */

/** The invalidity rules (rules §2), and the integrity of the record itself. */
export type RuleId =
  | 'fast-forward'
  | 'multi-window'
  | 'popup-interval'
  | 'liveness-match'
  | 'lesson-order'
  | 'random-photo'
  | 'platform-duties'
  | 'record-integrity'
  | 'answer-pattern';

/** What was found, more finely than the rule. A closed list per rule. */
export type FindingKind =
  // fast-forward
  | 'rate-reported'
  | 'slope-measured'
  | 'seek-forward'
  | 'end-claimed'
  | 'clock-ahead'
  | 'rate-attempt'
  | 'seek-attempt'
  // multi-window
  | 'played-hidden'
  | 'played-unfocused'
  | 'played-pip'
  | 'second-sitting'
  // popup-interval
  | 'popup-suppressed'
  // random-photo
  | 'photo-suppressed'
  | 'photo-missing'
  // liveness-match
  | 'other-person'
  | 'spoof-shown'
  | 'capture-virtual'
  | 'capture-replayed'
  | 'liveness-missing'
  // lesson-order
  | 'lesson-skipped'
  | 'later-content'
  // platform-duties
  | 'order-overridden'
  | 'video-unapproved'
  | 'control-disabled'
  // record-integrity
  | 'seq-conflict'
  | 'tampered'
  | 'witness-disagrees'
  | 'time-backwards'
  | 'beyond-end'
  | 'video-differs'
  | 'clock-lagging'
  // answer-pattern
  | 'answers-regular'
  | 'answers-inhuman'
  | 'answers-guessed'
  | 'answers-unshown';

/** `violation` makes the sitting invalid, `gap` undetermined unless made up, `hint` only fills the review queue. */
export type Severity = 'violation' | 'gap' | 'hint';

/** Who caused it, as far as the evidence goes. */
export type Attribution = 'learner' | 'platform' | 'unknown';

/** A sentence in both languages. */
export interface Bilingual {
  readonly zh: string;
  readonly en: string;
}

/** Where in the stored record a finding rests. */
export interface EvidenceRef {
  /** Batch sequence number. */
  readonly seq: number;
  /** Index of the event inside the batch. */
  readonly index: number;
}

/** The stretch of a sitting, on three clocks: server (epoch ms), session (`t`, ms) and media (`m`, ms). */
export interface Span {
  readonly fromAt: number;
  readonly toAt: number;
  readonly fromT: number;
  readonly toT: number;
  readonly fromM: number;
  readonly toM: number;
}

/** One finding. `claimed` and `measured` are in the unit that the kind implies (thousandths of a rate, or ms). */
export interface Finding {
  /** Unique inside its session: `F1`, `F2`, … */
  readonly id: string;
  readonly rule: RuleId;
  readonly kind: FindingKind;
  readonly severity: Severity;
  readonly attribution: Attribution;
  /** Why the attribution is what it is. */
  readonly attributionReason: Bilingual;
  /** `<pack source>:<item>`, such as `zz-2022-2:20(3)`. */
  readonly clause: string;
  readonly span: Span;
  readonly claimed: number | null;
  readonly measured: number | null;
  readonly reason: Bilingual;
  readonly evidence: readonly EvidenceRef[];
}

/** Outcome of a sitting (rules §0). */
export type Outcome = 'in_progress' | 'valid' | 'invalid' | 'undetermined' | 'incomplete';

/** Why a sitting was sealed. */
export type EndReason = 'completed' | 'left' | 'expired' | 'banned' | 'closed';

/** One popup interval with the control that covers it (rules §2: proof by coverage). */
export interface PopupCoverage {
  readonly id: string;
  /** Credited ms of the sitting when it was issued. */
  readonly atCreditedMs: number;
  readonly issuedAt: number;
  readonly shownAt: number | null;
  readonly answeredAt: number | null;
  readonly deadlineAt: number;
}

/** One class hour with the photo that covers it. */
export interface ClassHourCoverage {
  /** 1, 2, 3, … */
  readonly hour: number;
  readonly fromCreditedMs: number;
  readonly toCreditedMs: number;
  /** Id of the stored photo, null when there is none. */
  readonly photo: string | null;
}

/** The decision about one sitting. Recomputed from the stored bytes it is the same, byte for byte. */
export interface Verdict {
  readonly session: string;
  readonly outcome: Outcome;
  /** False while the sitting can still change. */
  readonly final: boolean;
  readonly pack: { readonly id: string; readonly version: string; readonly hash: string };
  /** Why the sitting was sealed; null while it is live. */
  readonly ended: EndReason | null;
  readonly creditedMs: number;
  /** Credited part of the video, in thousandths, earlier valid sittings of the lesson included. */
  readonly coveragePermille: number;
  /** Credited media intervals of this sitting, ms, sorted, disjoint. */
  readonly credited: readonly (readonly [number, number])[];
  readonly popups: readonly PopupCoverage[];
  readonly classHours: readonly ClassHourCoverage[];
  readonly findings: readonly Finding[];
  /** What the learner can do so that the training counts; null when nothing is missing. */
  readonly makeUp: Bilingual | null;
}

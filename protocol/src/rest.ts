/** Shapes of the REST interface `/v1` that the server answers with and the console reads. Times are epoch ms unless a name says date. */
import type { EndReason, Finding, Outcome, Verdict } from './verdict.ts';

/** RFC 9457 problem details. `code` is one of `ERROR_CODES`; further members depend on it. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** With `platform-banned`: the last local date of the ban, `YYYY-MM-DD`. */
  readonly banEndsOn?: string;
}

/** Body of `POST /v1/tickets`. */
export interface TicketRequest {
  /** Pseudonymous learner reference chosen by the platform (`REF_PATTERN`); never a name or an ID number. */
  readonly learner: string;
  readonly course: string;
  readonly lesson: string;
  /** `observe` when the platform enforces by itself; default `enforce`. */
  readonly guard?: 'enforce' | 'observe';
  /**
   * The learner's pseudonym in the supervision platform, the same on every training platform (`REF_PATTERN`); lets one person's
   * sittings on two platforms be told apart from two persons'. Absent: known to this platform only.
   */
  readonly person?: string;
  /** Open the lesson although earlier ones of a specialised course are unfinished. A violation of the platform once it is played. */
  readonly overrideOrder?: boolean;
  /** Required controls that the platform does not want. They are asked for all the same, and the wish is recorded. */
  readonly controlsOff?: readonly ('popup' | 'photo' | 'liveness')[];
}

/** Answer of `POST /v1/tickets`. */
export interface TicketIssued {
  readonly session: string;
  /** Single use, short-lived; a secret. */
  readonly ticket: string;
  readonly expiresAt: number;
  /** True when the learner's live sitting of this lesson goes on. */
  readonly resumed: boolean;
}

/** A course as registered by its platform. */
export interface Course {
  readonly id: string;
  readonly title: string;
  /** Lessons of a specialised course are studied in their order (item 20(3)); default false. */
  readonly specialised?: boolean;
  readonly lessons: readonly { readonly id: string; readonly title: string; readonly videoMs: number }[];
}

/** A row of `GET /v1/sessions`. */
export interface SessionSummary {
  readonly session: string;
  readonly platform: string;
  readonly learner: string;
  readonly course: string;
  readonly lesson: string;
  readonly lessonTitle: string;
  readonly openedAt: number;
  readonly endedAt: number | null;
  readonly ended: EndReason | null;
  readonly outcome: Outcome;
  readonly creditedMs: number;
  readonly coveragePermille: number;
  readonly violations: number;
  readonly packId: string;
}

/** One page of a list; `next` is the cursor of the following page, null on the last. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** Answer of `GET /v1/sessions/{session}`. */
export interface SessionDetail extends SessionSummary {
  readonly videoMs: number;
  readonly verdict: Verdict;
}

/** Answer of `GET /v1/sessions/{session}/timeline`: what a person looks at to understand a sitting. */
export interface Timeline {
  readonly session: string;
  readonly openedAt: number;
  readonly endedAt: number | null;
  readonly videoMs: number;
  /** Playback against server time: `[at, m, playing]`, thinned to at most 2,000 points. */
  readonly points: readonly (readonly [number, number, boolean])[];
  /** Server-time stretches `[from, to]` in which the page was hidden or unfocused. */
  readonly hidden: readonly (readonly [number, number])[];
  readonly unfocused: readonly (readonly [number, number])[];
  /** Server-time stretches in which the client was not connected. */
  readonly offline: readonly (readonly [number, number])[];
  readonly popups: Verdict['popups'];
  readonly photos: readonly {
    readonly id: string;
    readonly requestedAt: number;
    readonly storedAt: number | null;
  }[];
  readonly findings: readonly Finding[];
}

/** A finding about a platform, resting on findings of several sittings. */
export interface PlatformFinding {
  readonly id: string;
  readonly platform: string;
  readonly kind: string;
  readonly clause: string;
  /** Local date (Asia/Shanghai) of the violation, `YYYY-MM-DD`. */
  readonly violationDate: string;
  readonly foundAt: number;
  readonly reason: { readonly zh: string; readonly en: string };
  /** The sittings and findings that it cites. */
  readonly cites: readonly { readonly session: string; readonly finding: string }[];
}

/** A ban as listed. Dates are local dates of `zone`; the last day counts until 24:00. */
export interface BanView {
  readonly id: string;
  readonly platform: string;
  readonly platformName: string;
  readonly startsOn: string;
  readonly endsOn: string;
  readonly zone: string;
  readonly imposedAt: number;
  readonly inForce: boolean;
  readonly mode: 'automatic';
  readonly finding: PlatformFinding;
}

/** A platform as listed. */
export interface PlatformView {
  readonly id: string;
  readonly name: string;
  readonly listed: boolean;
  readonly sessions: number;
  readonly invalid: number;
  readonly ban: { readonly startsOn: string; readonly endsOn: string } | null;
}

/** Public answer of `GET /v1/platforms/{platform}/status?on=YYYY-MM-DD`. */
export interface PlatformStatus {
  readonly platform: string;
  readonly name: string;
  readonly on: string;
  readonly zone: string;
  readonly listed: boolean;
  readonly banned: boolean;
  readonly ban: { readonly startsOn: string; readonly endsOn: string } | null;
}

/** Answer of `POST /v1/console/tokens` (and, in demo mode only, `POST /demo/api/console-token`). */
export interface ConsoleToken {
  /** Short-lived JWT for the `Authorization: Bearer` header; a secret. */
  readonly token: string;
  readonly expiresAt: number;
  readonly role: 'regulator' | 'platform';
  readonly name: string;
}

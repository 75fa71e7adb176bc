/** What the engine answers to one record. */
import type { Directive, EndReason, Finding } from '@zhenxue/protocol';
import type { SessionState } from './state.ts';

/** The result of one decision. The given state is never changed; `state` replaces it. */
export interface Decision {
  readonly state: SessionState;
  /** New findings, and earlier ones whose span has grown (same id). */
  readonly findings: readonly Finding[];
  /** To be sent after the commit that records them. */
  readonly directives: readonly Directive[];
  /** When the engine wants a `tick` record at the latest, epoch ms; null = not before something else happens. */
  readonly dueAt: number | null;
  /** Set when this record ended the sitting. */
  readonly ended: EndReason | null;
}

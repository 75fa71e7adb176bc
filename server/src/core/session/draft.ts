/**
 * The one place where a state is being changed: a copy made at the start of a decision, with what the decision says.
 * From outside, `decide` stays pure.
 */
import type { Directive, EvidenceRef, Finding, Span } from '@zhenxue/protocol';
import type { Point, SessionState } from './state.ts';

/** Findings kept per sitting. Further ones of the same kind extend the last; a sitting with this many is invalid anyway. */
export const FINDINGS_MAX = 64;

/** Evidence references kept per finding: its first and its newest. */
export const EVIDENCE_MAX = 8;

/** A state under change and what leaves with it. */
export interface Draft {
  readonly state: SessionState;
  readonly findings: Map<string, Finding>;
  readonly directives: Directive[];
}

/** Starts a decision: the given state stays as it is. */
export function draftOf(state: SessionState): Draft {
  const copy: SessionState = {
    ...state,
    clock: { ...state.clock },
    link: { ...state.link },
    credit: { ...state.credit },
    fastForward: { ...state.fastForward },
    multiWindow: { ...state.multiWindow },
    popup: { ...state.popup },
    photo: { ...state.photo },
  };
  return { state: copy, findings: new Map(), directives: [] };
}

/** A finding without what `addFinding` fills in. */
export type NewFinding = Omit<Finding, 'id' | 'clause'>;

/** The id of the last finding of a kind, if any. */
function lastOfKind(state: SessionState, kind: Finding['kind']): string | null {
  return state.findings.findLast((finding) => finding.kind === kind)?.id ?? null;
}

/**
 * Records a finding and returns its id. Past {@link FINDINGS_MAX} the last one of its kind is extended instead; when
 * there is none, the newest finding makes room, since a full list already decides the outcome.
 */
export function addFinding(draft: Draft, finding: NewFinding): string {
  const { state } = draft;
  const full = state.findings.length >= FINDINGS_MAX;
  const known = full ? lastOfKind(state, finding.kind) : null;
  if (known !== null) {
    extendFinding(draft, known, finding.span, finding.evidence, finding.measured);
    return known;
  }
  const kept = full ? state.findings.slice(0, FINDINGS_MAX - 1) : state.findings;
  const { source, clause } = state.facts.pack;
  const added: Finding = { id: `F${kept.length + 1}`, clause: `${source}:${clause}`, ...finding };
  state.findings = [...kept, added];
  draft.findings.set(added.id, added);
  return added.id;
}

/** Lets a finding's span grow to include `span`, and keeps its first and newest evidence. */
export function extendFinding(
  draft: Draft,
  id: string,
  span: Span,
  evidence: readonly EvidenceRef[],
  measured: number | null,
): void {
  const { state } = draft;
  state.findings = state.findings.map((finding) => {
    if (finding.id !== id) return finding;
    const refs = [...finding.evidence, ...evidence];
    const grown: Finding = {
      ...finding,
      span: { ...finding.span, toAt: span.toAt, toT: span.toT, toM: span.toM },
      measured: measured ?? finding.measured,
      evidence: refs.length > EVIDENCE_MAX ? [...refs.slice(0, 1), ...refs.slice(1 - EVIDENCE_MAX)] : refs,
    };
    draft.findings.set(id, grown);
    return grown;
  });
}

/** The stretch between two points. */
export function spanOf(from: Point, to: Point): Span {
  return { fromAt: from.at, toAt: to.at, fromT: from.t, toT: to.t, fromM: from.m, toM: to.m };
}

/** Where a point stands in the record. */
export function refOf(point: Point): EvidenceRef {
  return { seq: point.seq, index: point.index };
}

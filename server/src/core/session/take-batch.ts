/** One batch, event by event: lay it on the server's clock, let the rules look, then credit what may be credited. */
import { type Batch, hasState, type LearningEvent, STATE } from '@zhenxue/protocol';
import { beginRun, creditStep } from '../credit/credit.ts';
import {
  compareClocks,
  creditLeft,
  HOOKS,
  holdsCredit,
  issueControls,
  lookAtSample,
  lookAtStep,
  overdueFrom,
  takeEventIn,
} from '../rules/registry.ts';
import type { Draft } from './draft.ts';
import type { Point, SessionState } from './state.ts';
import { readStep } from './step.ts';

/** A claimed rate of 1, thousandths: what an event without `r` says. */
const NORMAL_RATE = 1_000;

/** Takes a batch that was received at `at`. */
export function takeBatch(draft: Draft, batch: Batch, at: number): void {
  const { events, seq } = batch;
  layOnClock(draft, events, at);
  const earliestAt = earliestFor(draft.state, at);
  for (let index = 0; index < events.length; index += 1) {
    const event = events[index];
    if (event !== undefined) takeEvent(draft, event, pointOf(draft, event, seq, index, at, earliestAt), at);
  }
}

/**
 * Where `t = 0` lies on the server's clock: no later than any receipt allows, no earlier than the first welcome. The
 * smallest difference seen is the best estimate, because delay only ever adds.
 */
function layOnClock(draft: Draft, events: readonly LearningEvent[], at: number): void {
  const { clock } = draft.state;
  let newestT = 0;
  for (let i = 0; i < events.length; i += 1) newestT = Math.max(newestT, events[i]?.t ?? 0);
  const offset = Math.max(at - newestT, clock.originAt ?? at - newestT);
  if (clock.offsetAt === null || offset < clock.offsetAt) clock.offsetAt = offset;
}

/**
 * On a connection that stayed up nothing takes longer than this to arrive: a window and twice the time for which a dead link
 * can go unnoticed. Whoever holds batches back to answer popups at leisure is taken at this time.
 */
function earliestFor(state: SessionState, receivedAt: number): number {
  const { answerWindowMs, deliveryGraceMs } = state.facts.pack.popup;
  return receivedAt - answerWindowMs - 2 * deliveryGraceMs;
}

function pointOf(
  draft: Draft,
  event: LearningEvent,
  seq: number,
  index: number,
  receivedAt: number,
  earliestAt: number,
): Point {
  const { last, clock, upSince } = draft.state;
  // Session time never goes back: an event that claims so is taken at the time of the one before it.
  const t = last !== null && last.t > event.t ? last.t : event.t;
  let at = Math.min(receivedAt, (clock.offsetAt ?? receivedAt) + t);
  if (at < earliestAt && upSince !== null && upSince <= at) at = earliestAt;
  if (last !== null && last.at > at) at = last.at;
  return { t, m: event.m, s: event.s, r: event.r ?? NORMAL_RATE, at, seq, index };
}

function takeEvent(draft: Draft, event: LearningEvent, point: Point, receivedAt: number): void {
  const { state } = draft;
  const held = compareClocks(draft, point, receivedAt);
  if (event.e === 'open') {
    for (const pageOpened of HOOKS.pageOpened) pageOpened(draft, point);
    state.build = event.build;
    state.mediaMs = event.d;
    beginRun(draft, point.t);
  } else if (state.last !== null) {
    const leftM = event.e === 'seek' ? event.from : null;
    readStep(draft.step, state.last, point, leftM, state.facts.pack.credit.slackMs);
    takeStep(draft, event, held);
  }
  if (event.e === 'gap') state.gapEvents += event.n;
  if (event.e !== 'beat') takeEventIn(draft, event, point, receivedAt);
  lookAtSample(draft, event, point, receivedAt);
  state.last = point;
  issueControls(draft, receivedAt);
}

function takeStep(draft: Draft, event: LearningEvent, held: boolean): void {
  const { state, step } = draft;
  // Asked before the rules look: a jump at the end of this step does not spoil what was played before it.
  const blocked = held || holdsCredit(state);
  lookAtStep(draft, step, event);
  if (state.facts.acts !== undefined) for (const look of HOOKS.irregularStep) look(draft, step);
  if (!hasState(step.from.s, STATE.playing)) return;
  creditStep(draft, step, overdueFrom(state), blocked ? 0 : creditLeft(state));
  if (step.jumpTo !== null || !hasState(step.to.s, STATE.playing)) beginRun(draft, step.to.t);
}

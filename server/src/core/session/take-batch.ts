/** One batch, event by event: lay it on the server's clock, let the rules look, then credit what may be credited. */
import { type Batch, hasState, type LearningEvent, STATE } from '@zhenxue/protocol';
import { beginRun, creditStep, notePlayed } from '../credit/credit.ts';
import {
  observeClock,
  observeFastForward,
  pageOpened,
  seekBlocksCredit,
} from '../rules/fast-forward/rule.ts';
import { initialMultiWindow, observeMultiWindow } from '../rules/multi-window/rule.ts';
import {
  issuePopup,
  observePopup,
  popupCreditLeft,
  popupEvent,
  popupOverdueFrom,
} from '../rules/popup-interval/rule.ts';
import {
  advanceHour,
  issuePhoto,
  observePhoto,
  photoEvent,
  photoOverdueFrom,
} from '../rules/random-photo/rule.ts';
import { observeTamper } from '../rules/record-integrity/rule.ts';
import type { Draft } from './draft.ts';
import type { Point } from './state.ts';
import { readStep, type Step } from './step.ts';

/** A claimed rate of 1, thousandths: what an event without `r` says. */
const NORMAL_RATE = 1_000;

/** Takes a batch that was received at `at` (epoch ms). */
export function takeBatch(draft: Draft, batch: Batch, at: number): void {
  layOnClock(draft, batch, at);
  batch.events.forEach((event, index) => {
    takeEvent(draft, event, pointOf(draft, event, batch.seq, index, at), at);
  });
}

/**
 * Where `t = 0` lies on the server's clock: no later than any receipt allows, no earlier than the first welcome. The
 * smallest difference seen is the best estimate, because delay only ever adds.
 */
function layOnClock(draft: Draft, batch: Batch, at: number): void {
  const { clock } = draft.state;
  const newestT = batch.events.reduce((newest, event) => Math.max(newest, event.t), 0);
  const offset = Math.max(at - newestT, clock.originAt ?? at - newestT);
  clock.offsetAt = clock.offsetAt === null ? offset : Math.min(clock.offsetAt, offset);
}

function pointOf(draft: Draft, event: LearningEvent, seq: number, index: number, receivedAt: number): Point {
  const { last, clock } = draft.state;
  // Session time never goes back: an event that claims so is taken at the time of the one before it.
  const t = Math.max(event.t, last?.t ?? 0);
  const at = Math.max(last?.at ?? 0, Math.min(receivedAt, (clock.offsetAt ?? receivedAt) + t));
  return { t, m: event.m, s: event.s, r: event.r ?? NORMAL_RATE, at, seq, index };
}

function takeEvent(draft: Draft, event: LearningEvent, point: Point, receivedAt: number): void {
  const { state } = draft;
  const clockAhead = observeClock(draft, point, receivedAt);
  if (event.e === 'open') {
    openPage(draft, event.build, point);
  } else if (state.last !== null) {
    const leftM = event.e === 'seek' ? event.from : null;
    const step = readStep(state.last, point, leftM, state.facts.pack.credit.slackMs);
    takeStep(draft, step, event, clockAhead);
  }
  if (event.e === 'gap') state.gapEvents += event.n;
  popupEvent(draft, event, point);
  photoEvent(draft, event, point);
  observeTamper(draft, event, point);
  state.last = point;
  // One step may cross both the photo's instant and the end of its class hour: ask first, or the hour would pass unasked.
  issuePhoto(draft, receivedAt);
  advanceHour(draft);
  issuePopup(draft, receivedAt);
  issuePhoto(draft, receivedAt);
}

/** A page was loaded: what was measured on the page before does not go on. */
function openPage(draft: Draft, build: string, point: Point): void {
  pageOpened(draft, point);
  draft.state.build = build;
  draft.state.multiWindow = initialMultiWindow();
  beginRun(draft, point.t);
}

function takeStep(draft: Draft, step: Step, event: LearningEvent, clockAhead: boolean): void {
  const { state } = draft;
  observeFastForward(draft, step, event);
  observeMultiWindow(draft, step);
  observePopup(draft, step);
  observePhoto(draft, step);
  const blocked = seekBlocksCredit(state.fastForward);
  if (!blocked) notePlayed(draft, step);
  creditStep(draft, step, {
    overdueFrom: earliest(popupOverdueFrom(state.popup), photoOverdueFrom(state.photo)),
    creditMaxMs: popupCreditLeft(state),
    blocked: blocked || clockAhead,
  });
  const wasPlaying = hasState(step.from.s, STATE.playing);
  if (wasPlaying && (step.jumpTo !== null || !hasState(step.to.s, STATE.playing))) beginRun(draft, step.to.t);
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}

/**
 * Copies of a state's parts, field by field. A spread (`{ ...part }`) may put its fields into a second block of memory with
 * room to grow: a live sitting then weighs half as much again.
 */
import type { AnswerState } from '../rules/answer-pattern/state.ts';
import type { FastForwardState } from '../rules/fast-forward/state.ts';
import type { LivenessState } from '../rules/liveness-match/state.ts';
import type { MultiWindowState } from '../rules/multi-window/state.ts';
import type { PopupState } from '../rules/popup-interval/state.ts';
import type { PhotoState } from '../rules/random-photo/state.ts';
import type { ClockState, CreditState, SessionState } from './state.ts';

/** The same sitting, to be changed without anybody seeing it. Arrays and points are shared: they are never changed in place. */
export function copyOf(state: SessionState): SessionState {
  return {
    facts: state.facts,
    openedAt: state.openedAt,
    at: state.at,
    build: state.build,
    mediaMs: state.mediaMs,
    last: state.last,
    clock: copyClock(state.clock),
    upSince: state.upSince,
    downSince: state.downSince,
    credit: copyCredit(state.credit),
    fastForward: copyFastForward(state.fastForward),
    multiWindow: state.multiWindow === null ? null : copyMultiWindow(state.multiWindow),
    popup: copyPopup(state.popup),
    photo: copyPhoto(state.photo),
    liveness: state.liveness === null ? null : copyLiveness(state.liveness),
    answers: copyAnswers(state.answers),
    findings: state.findings,
    noted: state.noted,
    gapEvents: state.gapEvents,
    ended: state.ended,
    endedAt: state.endedAt,
  };
}

function copyClock(part: ClockState): ClockState {
  return {
    originAt: part.originAt,
    offsetAt: part.offsetAt,
    aheadBaseMs: part.aheadBaseMs,
    aheadMaxMs: part.aheadMaxMs,
    refilledT: part.refilledT,
    level: part.level,
    finding: part.finding,
  };
}

function copyCredit(part: CreditState): CreditState {
  return {
    set: part.set,
    from: part.from,
    to: part.to,
    ms: part.ms,
    takenAt: part.takenAt,
    stretchFrom: part.stretchFrom,
    stretchTo: part.stretchTo,
    elsewhere: part.elsewhere,
    runExcessMs: part.runExcessMs,
    runSlackMs: part.runSlackMs,
    refilledT: part.refilledT,
  };
}

function copyFastForward(part: FastForwardState): FastForwardState {
  return {
    played: part.played,
    playedFrom: part.playedFrom,
    playedTo: part.playedTo,
    startM: part.startM,
    playedT: part.playedT,
    excess: part.excess,
    recent: part.recent,
    peak: part.peak,
    slopeFinding: part.slopeFinding,
    rate: part.rate,
    seek: part.seek,
  };
}

function copyMultiWindow(part: MultiWindowState): MultiWindowState {
  return {
    hidden: part.hidden,
    unfocused: part.unfocused,
    pip: part.pip,
    second: part.second,
  };
}

function copyPopup(part: PopupState): PopupState {
  return {
    issued: part.issued,
    open: part.open,
    dueAtCreditedMs: part.dueAtCreditedMs,

    answeredAtCreditedMs: part.answeredAtCreditedMs,
    past: part.past,
  };
}

function copyPhoto(part: PhotoState): PhotoState {
  return {
    hourCount: part.hourCount,
    hour: part.hour,
    hourEndMs: part.hourEndMs,
    attempts: part.attempts,
    issued: part.issued,
    drawn: part.drawn,
    lastCall: part.lastCall,
    dueAtCreditedMs: part.dueAtCreditedMs,
    open: part.open,
    past: part.past,
  };
}

function copyLiveness(part: LivenessState): LivenessState {
  return {
    entered: part.entered,
    issued: part.issued,
    challenges: part.challenges,
    failures: part.failures,
    drawn: part.drawn,
    due: part.due,
    open: part.open,
    unmet: part.unmet,
    lastCall: part.lastCall,
  };
}

function copyAnswers(part: AnswerState): AnswerState {
  return {
    right: part.right,
    wrong: part.wrong,
    minMs: part.minMs,
    maxMs: part.maxMs,
    onGrid: part.onGrid,
    quick: part.quick,
  };
}

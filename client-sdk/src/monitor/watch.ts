/** Everything that watches one page during one open sitting: witnesses, guard, popups, photos. Starts together, stops together. */
import {
  type Directive,
  type GuardAct,
  type LearningEvent,
  PHOTO_BYTES_MAX,
  type Welcome,
} from '@zhenxue/protocol';
import { SDK_BUILD } from '../build.ts';
import type { CameraOptions } from '../camera/camera.ts';
import { hashBytes } from '../core/digest.ts';
import { createEmitter, type Emitter } from '../core/emitter.ts';
import type { EvidenceClock } from '../effects/worker-clock.ts';
import { startGuard } from '../guard/guard.ts';
import type { openScreen, Screen } from '../screen/screen.ts';
import { type Lang, textsOf } from '../screen/texts.ts';
import { startSignals } from '../signals/registry.ts';
import type { MonitorEffects, MonitorEvents, MonitorOptions } from './options.ts';
import { watchPage } from './page-state.ts';
import { watchPlayer } from './player.ts';
import { createSampler, type Happening } from './sampler.ts';

/** Milliseconds within which the same act of the guard is reported once. */
const ACT_AGAIN_MS = 1_000;

/** What a watch needs. */
export interface WatchOptions {
  readonly options: MonitorOptions;
  readonly effects: MonitorEffects;
  readonly lang: Lang;
  readonly openScreen: typeof openScreen;
  readonly clock: EvidenceClock;
  /** Clock reading at the welcome. */
  readonly welcomedAt: number;
  readonly welcome: Welcome;
  readonly emitter: Emitter<MonitorEvents>;
  readonly emit: (event: LearningEvent) => void;
  readonly upload: (id: string, h: string, bytes: Uint8Array) => void;
  readonly call: CameraOptions['call'];
  readonly onPrompt: CameraOptions['onPrompt'];
}

/** A running watch. */
export interface Watch {
  directive(directive: Directive): void;
  /** A connection was lost or is back (with what the server still holds open). */
  offline(): void;
  online(welcome: Welcome): void;
  covered(furthestMs: number): void;
  prepareCamera: Screen['prepareCamera'];
  /** Records that the page is left and settles samples that wait for the clock. */
  leave(): void;
  stop(): void;
}

/** Records what the guard does, tells the learner and the host; the same act at most once a second. */
function createActs(
  enforced: boolean,
  record: (happening: Happening) => void,
  screen: Screen,
  emitter: Emitter<MonitorEvents>,
  last: () => number,
): (act: GuardAct, value: number) => void {
  const actedAt = new Map<GuardAct, number>();
  return (act, value) => {
    const now = last();
    if (now - (actedAt.get(act) ?? Number.NEGATIVE_INFINITY) < ACT_AGAIN_MS) return;
    actedAt.set(act, now);
    const message = screen.actText(act);
    if (enforced) record({ e: 'guard', act, v: value });
    // An overdue popup or photo explains itself.
    if (enforced && act !== 'paused-control') screen.notice.show(message);
    emitter.emit('guard', { act, value, enforced, message });
  };
}

/** What the learner sees, with what the page chose about it. */
function openWatched(
  given: WatchOptions,
  shared: Pick<Parameters<typeof openScreen>[0], 'onTick' | 'last' | 'record'>,
  opened: (stream: MediaStream) => void,
): Screen {
  const { options, effects, lang, welcome, upload, call, onPrompt } = given;
  const { video, render, consent, cameraNotice } = options;
  return given.openScreen({
    ...effects,
    ...shared,
    openCamera: async (constraints) => {
      const stream = await effects.openCamera(constraints);
      opened(stream);
      return stream;
    },
    ...{ video, lang, render, consent, cameraNotice, upload, call, onPrompt },
    sessionNow: () => welcome.elapsedMs + given.clock.last() - given.welcomedAt,
    container: options.container ?? video.ownerDocument.body,
    texts: textsOf(lang),
    session: welcome.session,
    hash: hashBytes,
    bytesMax: PHOTO_BYTES_MAX,
  });
}

/** Since when there is no word of the server: a dead connection is noticed long after it died. */
function createContact(last: () => number): {
  heard(): void;
  lost(): void;
  back(): void;
  lostSince(): number | null;
} {
  let heardAt = last();
  let since: number | null = null;
  return {
    heard() {
      heardAt = last();
    },
    lost() {
      since ??= heardAt;
    },
    back() {
      since = null;
    },
    lostSince: () => since,
  };
}

/** Hands a directive to the desk that it is for. */
function obey({ popups, photos, liveness }: Screen, directive: Directive): void {
  if (directive.kind === 'popup') popups.open(directive);
  else if (directive.kind === 'photo') photos.open(directive);
  else if (directive.kind === 'liveness') liveness.open(directive);
  else if (directive.kind === 'settled') {
    popups.settle(directive.ref, directive.result);
    photos.settle(directive.ref, directive.result, directive.why);
    liveness.settle(directive.ref, directive.result, directive.why);
  }
}

/** Starts watching; the first event recorded is `open`. */
export function startWatch(given: WatchOptions): Watch {
  const { options, clock, welcome, emitter } = given;
  const enforce = welcome.guard === 'enforce' || options.guard === 'enforce';
  const player = watchPlayer(options.video);
  const page = watchPage(player, () => !enforce, clock.onTick);
  const readings = { position: player.position, ratePermille: player.ratePermille, stateBits: page.bits };
  const base = { now: given.welcomedAt, elapsedMs: welcome.elapsedMs };
  const { record, turn, settleNow } = createSampler({ clock, readings, base, emit: given.emit });
  record({ e: 'open', d: player.durationMs(), build: SDK_BUILD });

  const shared = { onTick: clock.onTick, ask: clock.ask, last: clock.last, record };
  const cameras = createEmitter<{ opened: MediaStream }>();
  const screen = openWatched(given, shared, (stream) => cameras.emit('opened', stream));
  const { popups, photos, liveness, prepareCamera } = screen;
  const stopSignals = startSignals({
    ...{ player, page, popups, beatMs: welcome.beatMs, turn },
    schedule: given.effects.schedule,
    onCamera: (opened) => cameras.on('opened', opened),
    ...shared,
  });

  const contact = createContact(clock.last);
  const act = createActs(enforce, record, screen, emitter, clock.last);
  const guard = startGuard({
    player,
    page,
    enforce,
    grace: welcome.grace,
    furthestMs: welcome.furthestMs,
    act,
    overridden: () => record({ e: 'tamper', what: 'guard-overridden' }),
    ...shared,
    controlOverdue: (now) => popups.overdue(now) || photos.overdue(now) || liveness.overdue(now),
    offlineSince: contact.lostSince,
  });

  const covered = (furthestMs: number): void => {
    contact.heard();
    guard.covered(furthestMs);
  };
  return {
    directive: (directive) => obey(screen, directive),
    offline: contact.lost,
    online(again) {
      contact.back();
      const pending = new Set(again.pending.map(({ id }) => id));
      for (const desk of [popups, photos, liveness]) desk.keepOnly(pending);
      covered(again.furthestMs);
    },
    covered,
    prepareCamera,
    leave() {
      record({ e: 'leave' });
      settleNow();
    },
    stop() {
      guard.stop();
      stopSignals();
      screen.stop();
      page.stop();
    },
  };
}

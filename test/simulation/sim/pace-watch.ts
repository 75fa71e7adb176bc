/**
 * What the SDK's position witness does about a change of speed that no event tells of: it looks once a second, and samples both
 * sides of a look in which the measured speed turned. Its looks are worked out around such a change only; all others find nothing.
 */
import type { Page } from './page.ts';

/** Milliseconds between two looks. */
export const LOOK_MS = 1_000;

/** Looks after a change in which a turn may still show. */
const LOOKS = 3;

/** As in the SDK: thousandths of speed that make a turn, and looks over which the usual speed is levelled out. */
const PACE_CHANGE_PERMILLE = 60;
const PACE_LOOKS = 4;

/** One look: session time and position, ms. */
export interface Look {
  readonly t: number;
  readonly m: number;
}

/**
 * The speed of the media has just changed without a word.
 * @param rateBefore speed until now; the look before the change is laid back by it.
 */
export function watchPace(page: Page, rateBefore: number): void {
  const sinceLook = (page.now - page.openedAt) % LOOK_MS;
  const moving = page.media.playing && !page.media.stalled;
  const back = moving ? sinceLook * rateBefore : 0;
  let before: Look = {
    t: page.sessionTime() - sinceLook,
    m: Math.max(0, Math.floor(page.position() - back)),
  };
  let pace = moving ? 1_000 * rateBefore : 0;
  let looks = 0;
  let lookAt = page.now - sinceLook + LOOK_MS;
  function look(): void {
    // Taken already together with the beat, or for a newer change.
    if (page.now < lookAt || page.pendingLook !== look) return;
    lookAt = page.now + LOOK_MS;
    const found: Look = { t: page.sessionTime(), m: page.position() };
    const passed = Math.max(1, found.t - before.t);
    const off = (1_000 * (found.m - before.m)) / passed - pace;
    const turned = Math.abs(off) > PACE_CHANGE_PERMILLE;
    pace += turned ? off : off / PACE_LOOKS;
    if (turned) page.turn(before);
    before = found;
    looks += 1;
    if (looks < LOOKS) page.after(LOOK_MS, look);
    else page.pendingLook = null;
  }
  page.pendingLook = look;
  page.after(LOOK_MS - sinceLook, look);
}

/**
 * Bits of the `s` field that every event carries: the state of the page at the instant of the sample.
 * Unknown bits are kept and ignored, so that a newer SDK can say more to an older server.
 */

/** Bit values of the `s` field. */
export const STATE: {
  readonly playing: number;
  readonly hidden: number;
  readonly unfocused: number;
  readonly pip: number;
  readonly ended: number;
  readonly stalled: number;
  readonly seeking: number;
  readonly observing: number;
  readonly hiddenWitnessed: number;
} = {
  /** The media element is neither paused nor ended. */
  playing: 1,
  /** `document.hidden` as claimed by the page. */
  hidden: 2,
  /** `document.hasFocus()` is false although the page is visible. */
  unfocused: 4,
  /** The video plays in a picture-in-picture window. */
  pip: 8,
  /** The media element says `ended`. */
  ended: 16,
  /** The media element waits for data. */
  stalled: 32,
  /** A seek is under way. */
  seeking: 64,
  /** The guard only observes (the platform enforces by itself). */
  observing: 128,
  /** An independent witness (visibility-state performance entries) says that the page is hidden. */
  hiddenWitnessed: 256,
};

/** Whether a bit of {@link STATE} is set in `s`. */
export function hasState(s: number, bit: number): boolean {
  return (s & bit) !== 0;
}

/** Who says that the page is hidden: bits of a `visibility` witness. */
export const HIDDEN_BY: { readonly entries: number; readonly wakeLock: number; readonly frames: number } = {
  /** The browser's own `visibility-state` performance entries. */
  entries: 1,
  /** The browser took the screen wake lock back, as it does from hidden pages. */
  wakeLock: 2,
  /** No frame of animation for three quarters of a second while the main thread is alive. */
  frames: 4,
};

/** What is odd about a camera's track: bits of a `camera` witness. */
export const CAMERA_ODD: {
  readonly constructed: number;
  readonly noDevice: number;
  readonly unlisted: number;
  readonly noGroup: number;
  readonly noStats: number;
  readonly virtualLabel: number;
  readonly frozen: number;
} = {
  /** Not a device's track: made from a canvas or an element. */
  constructed: 1,
  noDevice: 2,
  /** Its device is not among those that the browser lists. */
  unlisted: 4,
  noGroup: 8,
  /** The browser counts no frames for it, though it does for devices. */
  noStats: 16,
  /** The name of a virtual camera, or of no camera at all. */
  virtualLabel: 32,
  /** Frames taken apart are the same to the last pixel. */
  frozen: 64,
};

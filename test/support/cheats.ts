/** Scripts as a learner's user-script manager, or a dishonest page, would run them before the SDK. Our own primitives. */

/** Nobody can set the playback rate but `window.cheatRate(video, rate)`. */
export const RATE_DEFEATED = `
  const own = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'playbackRate');
  window.cheatRate = (video, rate) => own.set.call(video, rate);
  Object.defineProperty(HTMLMediaElement.prototype, 'playbackRate', { ...own, set() {} });
`;

/** Nobody can pause the video. */
export const PAUSE_DEFEATED = `HTMLMediaElement.prototype.pause = function () {};`;

/** Whatever the SDK puts above the player is taken out at once. */
export const POPUPS_REMOVED = `
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) {
      if (node instanceof HTMLElement && node.matches('div[popover]')) node.remove();
    }
  }).observe(document, { childList: true, subtree: true });
`;

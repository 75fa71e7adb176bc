/** Vue 3: a monitor that lives as long as the component. */
import { onBeforeUnmount, type ShallowReactive, type ShallowRef, shallowReactive, watch } from 'vue';
import { EMPTY_VIEW, follow, type MonitorView } from '../adapters/view.ts';
import { createMonitor, type MonitorOptions } from '../index.ts';

export type { MonitorView };

/** Monitors the video of a template ref while it is there; another element begins anew. The answer is reactive. */
export function useMonitor(
  video: Readonly<ShallowRef<HTMLVideoElement | null>>,
  options: Omit<MonitorOptions, 'video'>,
): ShallowReactive<MonitorView> {
  const view = shallowReactive<MonitorView>({ ...EMPTY_VIEW });
  let leave: () => void = () => undefined;
  const begin = (element: HTMLVideoElement | null): void => {
    leave();
    if (element === null) return;
    leave = follow(createMonitor({ ...options, video: element }), (part) => Object.assign(view, part));
  };
  watch(video, begin, { immediate: true, flush: 'post' });
  onBeforeUnmount(() => leave());
  return view;
}

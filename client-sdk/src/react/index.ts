/** React 18 and later: a monitor that lives as long as the component. */
import { type RefObject, useEffect, useRef, useState } from 'react';
import { EMPTY_VIEW, follow, type MonitorView } from '../adapters/view.ts';
import { createMonitor, type MonitorOptions } from '../index.ts';

export type { MonitorView };

/** Monitors the video of `ref` while the component is mounted; a change of `key` (the lesson) begins anew. */
export function useMonitor(
  ref: RefObject<HTMLVideoElement | null>,
  options: Omit<MonitorOptions, 'video'>,
  key?: string,
): MonitorView {
  const [view, setView] = useState(EMPTY_VIEW);
  const first = useRef(options);
  // biome-ignore lint/correctness/useExhaustiveDependencies: options are read once per lesson; `key` stands for it
  useEffect(() => {
    if (ref.current === null) return undefined;
    const monitor = createMonitor({ ...first.current, video: ref.current });
    return follow(monitor, (part) => setView((before) => ({ ...before, ...part })));
  }, [ref, key]);
  return view;
}

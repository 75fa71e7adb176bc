/** A monitor as a component sees it, whatever the framework. */
import { type Monitor, MonitorError, type MonitorEvents } from '../index.ts';

/** The latest of everything that a monitor told. */
export interface MonitorView {
  readonly monitor: Monitor | null;
  readonly state: MonitorEvents['state'] | null;
  readonly credit: MonitorEvents['credit'] | null;
  readonly end: MonitorEvents['end'] | null;
  readonly error: MonitorError | null;
}

/** Before anything was told. */
export const EMPTY_VIEW: MonitorView = { monitor: null, state: null, credit: null, end: null, error: null };

/** Starts a monitor and passes on what it tells; returns its end. */
export function follow(monitor: Monitor, change: (part: Partial<MonitorView>) => void): () => void {
  change({ ...EMPTY_VIEW, monitor });
  for (const type of ['state', 'credit', 'end', 'error'] as const)
    monitor.on(type, (event) => change({ [type]: event }));
  monitor.start().catch((error: unknown) => {
    if (error instanceof MonitorError) change({ error });
  });
  return () => void monitor.destroy();
}

/** @zhenxue/client-sdk — what a training platform embeds beside its player. */
export { SDK_BUILD } from './build.ts';
export type { ConnectionState } from './core/connection.ts';
export type {
  GetTicket,
  Link,
  LinkEvents,
  OpenLink,
  OutboxStore,
  Probe,
  ProbeAnswer,
  Random,
  Schedule,
  StoredBatch,
  StoredPhoto,
  Ticket,
  WallClock,
} from './core/effects.ts';
export { MonitorError, type MonitorErrorCode } from './core/errors.ts';
export { createMonitor, type Monitor } from './monitor/create-monitor.ts';
export type { MonitorEffects, MonitorEvents, MonitorOptions } from './monitor/options.ts';
export type { OpenCamera } from './screen/photo/capture.ts';
export type { Lang } from './screen/texts.ts';

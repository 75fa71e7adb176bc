/** @zhenxue/client-sdk — what a training platform embeds beside its player. */

export type { CameraNotice, NoticeText } from '@zhenxue/protocol';
export { SDK_BUILD } from './build.ts';
export type { ConsentMode } from './camera/camera.ts';
export type { CameraCheck } from './camera/self-test.ts';
export type { CameraProblem } from './camera/texts.ts';
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
export type { Check, CheckId, CheckResult, Diagnosis } from './diagnose/diagnose.ts';
export type { Remedy } from './diagnose/remedies.ts';
export { createMonitor, type Monitor } from './monitor/create-monitor.ts';
export type { MonitorEffects, MonitorEvents, MonitorOptions } from './monitor/options.ts';
export type { NoticeAction } from './screen/layer/notice.ts';
export type { OpenCamera } from './screen/photo/capture.ts';
export type { HostPopup, HostPopupElement, RenderPopup } from './screen/popup/host-view.ts';
export type { HostRenderer, RenderNotice } from './screen/screen.ts';
export type { Lang } from './screen/texts.ts';

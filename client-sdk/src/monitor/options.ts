import type { Bilingual, CameraNotice, Directive, EndReason, GuardAct } from '@zhenxue/protocol';
import type { ConsentMode } from '../camera/camera.ts';
import type { ConnectionState } from '../core/connection.ts';
import type {
  GetTicket,
  OpenLink,
  OutboxStore,
  Probe,
  Random,
  Schedule,
  WallClock,
} from '../core/effects.ts';
import type { MonitorError } from '../core/errors.ts';
import type { OpenCamera } from '../screen/photo/capture.ts';
import type { HostRenderer } from '../screen/screen.ts';
import type { Lang } from '../screen/texts.ts';

/** What a monitor tells its page. None of it decides anything: results are fetched by the platform's backend. */
export interface MonitorEvents {
  /** Connection and storage. `session` is empty until the sitting is open. */
  readonly state: {
    readonly connection: ConnectionState;
    readonly session: string;
    /** `memory`: the browser refuses storage, so a reload may lose what was not yet sent. */
    readonly storage: 'persistent' | 'memory';
  };
  /** Credited time of this sitting so far. */
  readonly credit: { readonly creditedMs: number; readonly furthestMs: number; readonly videoMs: number };
  /** Everything that the server asks for, as it comes. */
  readonly directive: Directive;
  /** What the guard did, or in observe mode would have done. */
  readonly guard: {
    readonly act: GuardAct;
    readonly value: number;
    readonly enforced: boolean;
    readonly message: string;
  };
  readonly error: MonitorError;
  readonly end: { readonly reason: EndReason; readonly message: Bilingual };
}

/** What the page gives to a monitor. */
export interface MonitorOptions {
  /** Base address of the Zhenxue server. */
  readonly endpoint: string;
  /** Asks the platform's own backend for a ticket. */
  readonly getTicket: GetTicket;
  readonly video: HTMLVideoElement;
  /** Default: by the page's `lang`, else Chinese. */
  readonly lang?: Lang;
  /** The server decides; `enforce` here makes an observing sitting stricter, never the other way round. */
  readonly guard?: 'enforce' | 'observe';
  /** Where popups are attached; default: the page's body. */
  readonly container?: HTMLElement;
  /** Popups and messages that the page renders itself; the SDK checks that they are really seen. */
  readonly render?: HostRenderer;
  /** Who asks before the camera is used; default `ask`. */
  readonly consent?: ConsentMode;
  /** Default: the notice that ships with the SDK. */
  readonly cameraNotice?: CameraNotice;
  readonly effects?: Partial<MonitorEffects>;
}

/** Effects with real defaults. */
export interface MonitorEffects {
  readonly createWorker: () => Worker;
  readonly openStore: () => OutboxStore;
  readonly openCamera: OpenCamera;
  readonly openLink: OpenLink;
  readonly probe: Probe;
  readonly schedule: Schedule;
  readonly random: Random;
  readonly wallNow: WallClock;
}

/**
 * The event types of protocol v1. Every event is a full sample: when (`t`), where in the video (`m`), in which state (`s`)
 * and at which claimed rate (`r`, thousandths, absent = 1000). All numbers are integers; durations are milliseconds.
 * `t` counts from the session's start on a monotonic clock read in a dedicated Worker; it is a claim that the server
 * reconciles with its own clock (rules §1).
 */

/** The part that every event has. */
export interface Sample {
  /** Session time in ms, on the client's Worker clock. Never goes back. */
  readonly t: number;
  /** Media position in ms. */
  readonly m: number;
  /** Bits of `STATE`. */
  readonly s: number;
  /** Claimed playback rate in thousandths; absent means 1000. */
  readonly r?: number;
}

/** What the guard did to keep the learner inside the rules. */
export type GuardAct =
  | 'rate-reset'
  | 'seek-bounced'
  | 'paused-hidden'
  | 'paused-unfocused'
  | 'paused-control'
  | 'paused-offline';

/** What was found tampered with on the page. */
export type TamperKind =
  | 'popup-removed'
  | 'popup-covered'
  | 'photo-suppressed'
  | 'guard-overridden'
  | 'media-replaced'
  | 'element-patched'
  | 'automation'
  | 'untrusted-input';

/**
 * What two independent readings were taken of. `c` is what the page claims, `v` what was measured beside it:
 *
 * | kind         | claimed (`c`)                          | measured (`v`)                                             |
 * |--------------|----------------------------------------|------------------------------------------------------------|
 * | `rate`       | the element's rate, thousandths        | the prototype accessor's                                   |
 * | `frames`     | slope of the position over `d` ms      | slope of the presented frames' media time                  |
 * | `clock`      | main thread's clock over `d` ms, in ms | the Worker's                                               |
 * | `audio`      | main thread's clock over `d` ms, in ms | the audio clock's, asked for when clocks disagree          |
 * | `timer`      | delay asked of `setTimeout`, ms        | until it fired, by the Worker's clock                      |
 * | `played`     | position at which the media ended, ms  | sum of the element's `played` ranges, ms                   |
 * | `visibility` | 1 = the page says hidden               | bits of `HIDDEN_BY`                                        |
 * | `focus`      | 1 = the page says unfocused            | 1 = the prototype's method, 2 = the last focus event says so |
 * | `silent`     | changes announced by an event          | changes of state without one                               |
 * | `realm`      | 0                                      | bits of replaced browser functions, in the SDK's order     |
 * | `player`     | 0                                      | 1 = plays outside of the document, 2 = is not rendered     |
 * | `tabs`       | 1                                      | pages of this browser that have a sitting open or ask for one |
 * | `screens`    | 0                                      | 1 = the desktop extends over several screens               |
 * | `automation` | 0                                      | 1 = driven by a program, 2 = clicks without a hand         |
 * | `camera`     | 0                                      | bits of `CAMERA_ODD`                                       |
 */
export type WitnessKind =
  | 'rate'
  | 'frames'
  | 'clock'
  | 'audio'
  | 'timer'
  | 'played'
  | 'visibility'
  | 'focus'
  | 'silent'
  | 'realm'
  | 'player'
  | 'tabs'
  | 'screens'
  | 'automation'
  | 'camera';

/** Why a photo could not be taken. */
export type PhotoFailure = 'denied' | 'no-camera' | 'busy' | 'error';

/** Why events or photos were dropped on the client. */
export type GapReason = 'outbox-full' | 'outbox-expired' | 'storage-failed' | 'rejected';

/** Who paused or started the playback, as far as the SDK can tell. */
export type PlayCause = 'page' | 'guard';

/** First event of a sitting, and of every page load that resumes it. `d` = video duration in ms. */
export interface OpenEvent extends Sample {
  readonly e: 'open';
  /** Video duration in ms as the media element reports it (0 = not known yet). */
  readonly d: number;
  /** SDK build. */
  readonly build: string;
}
/** Periodic sample, every `BEAT_MS`. */
export interface BeatEvent extends Sample {
  readonly e: 'beat';
}
/** Playback started. */
export interface PlayEvent extends Sample {
  readonly e: 'play';
}
/** Playback paused. */
export interface PauseEvent extends Sample {
  readonly e: 'pause';
  readonly by: PlayCause;
}
/** The rate changed; `r` is the new claimed rate. */
export interface RateEvent extends Sample {
  readonly e: 'rate';
}
/** A seek from `from` to `m`. */
export interface SeekEvent extends Sample {
  readonly e: 'seek';
  /** Position in ms that was left. */
  readonly from: number;
}
/** The media element fired `ended`; a claim, never a proof of completion. */
export interface EndedEvent extends Sample {
  readonly e: 'ended';
}
/** `document.visibilityState` changed; the new state is in `s`. */
export interface VisibilityEvent extends Sample {
  readonly e: 'visibility';
}
/** Focus changed; the new state is in `s`. */
export interface FocusEvent extends Sample {
  readonly e: 'focus';
}
/** Picture-in-picture changed; the new state is in `s`. */
export interface PipEvent extends Sample {
  readonly e: 'pip';
}
/** A popup of the server became visible. */
export interface PopupShownEvent extends Sample {
  readonly e: 'popup.shown';
  readonly id: string;
}
/** The learner answered a popup. */
export interface PopupAnswerEvent extends Sample {
  readonly e: 'popup.answer';
  readonly id: string;
  readonly a: string;
}
/** A photo was taken for request `id`; the bytes travel apart and must hash to `h`. */
export interface PhotoTakenEvent extends Sample {
  readonly e: 'photo.taken';
  readonly id: string;
  /** SHA-256 of the image bytes, base64url. */
  readonly h: string;
  /** Size in bytes. */
  readonly n: number;
}
/** A photo could not be taken for request `id`. */
export interface PhotoFailedEvent extends Sample {
  readonly e: 'photo.failed';
  readonly id: string;
  readonly why: PhotoFailure;
}
/** The guard acted. `v` = the offending value (rate in thousandths, or target position in ms). */
export interface GuardEvent extends Sample {
  readonly e: 'guard';
  readonly act: GuardAct;
  readonly v: number;
}
/** The page interfered with the SDK or the player. */
export interface TamperEvent extends Sample {
  readonly e: 'tamper';
  readonly what: TamperKind;
  /** The directive concerned, where there is one. */
  readonly id?: string;
}
/** Two readings of one thing, side by side. Never decides alone; see {@link WitnessKind}. */
export interface WitnessEvent extends Sample {
  readonly e: 'witness';
  readonly k: WitnessKind;
  /** Claimed. */
  readonly c: number;
  /** Measured. */
  readonly v: number;
  /** The Worker's ms over which both were taken; absent for an instant. */
  readonly d?: number;
}
/** `n` events or photos were dropped on the client. */
export interface GapEvent extends Sample {
  readonly e: 'gap';
  readonly n: number;
  readonly why: GapReason;
}
/** The page is being left (closed, reloaded, or the host called `stop`). The sitting can be resumed. */
export interface LeaveEvent extends Sample {
  readonly e: 'leave';
}

/** Any event of protocol v1. */
export type LearningEvent =
  | OpenEvent
  | BeatEvent
  | PlayEvent
  | PauseEvent
  | RateEvent
  | SeekEvent
  | EndedEvent
  | VisibilityEvent
  | FocusEvent
  | PipEvent
  | PopupShownEvent
  | PopupAnswerEvent
  | PhotoTakenEvent
  | PhotoFailedEvent
  | GuardEvent
  | TamperEvent
  | WitnessEvent
  | GapEvent
  | LeaveEvent;

/** The `e` field's values. */
export type EventType = LearningEvent['e'];

/** A batch: the unit of storage, hashing and acknowledgement. Its exact UTF-8 bytes are what is hashed and kept. */
export interface Batch {
  /** Protocol version. */
  readonly v: number;
  /** Session id. */
  readonly session: string;
  /** 1, 2, 3, … without holes. */
  readonly seq: number;
  /** SHA-256 (base64url) of the previous batch's bytes; for seq 1 the `genesis` of the welcome. */
  readonly prev: string;
  readonly events: readonly LearningEvent[];
}

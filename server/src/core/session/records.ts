/**
 * What a sitting is made of: the records that the runtime stores and feeds to the engine, in this order and nothing else.
 * Time (`at`, epoch ms) arrives as data in every record, so a replay of the stored records decides the same.
 */
import type { Batch, CaptureProblem, EndReason } from '@zhenxue/protocol';
import type { PolicyPack } from '../policy/pack.ts';

/** A control that a platform can be asked for. */
export type ControlName = 'popup' | 'photo' | 'liveness';

/** Where the lesson stands in its course, at the opening (rules §2, `lesson-order`). */
export interface LessonPlace {
  /** General courses may be studied in any order. */
  readonly specialised: boolean;
  /** 1, 2, 3, … inside the course. */
  readonly position: number;
  /** Earlier lessons that no valid sitting of the learner completes yet. */
  readonly unfinishedBefore: number;
}

/** What the platform did towards the server when it asked for the sitting (rules §4 (a)): no learner can forge it. */
export interface PlatformActs {
  /** The order check was overridden. */
  readonly orderOverridden?: boolean;
  /** The video had not been approved. */
  readonly videoUnapproved?: boolean;
  /** Required controls that the ticket turned off. They are asked for all the same. */
  readonly controlsOff?: readonly ControlName[];
}

/** What is known of a sitting when it opens. Fixed from then on. */
export interface SittingFacts {
  readonly session: string;
  readonly platform: string;
  readonly learner: string;
  /** The learner's pseudonym across platforms; absent = known to this platform only. */
  readonly person?: string;
  readonly course: string;
  readonly lesson: string;
  /** Duration of the lesson's video as registered by the platform, ms. */
  readonly videoMs: number;
  readonly guard: 'enforce' | 'observe';
  readonly pack: PolicyPack;
  /** SHA-256 of the pack's canonical bytes, base64url. */
  readonly packHash: string;
  /** Media intervals (ms) of this video credited in the learner's earlier sittings that no violation spoils. */
  readonly priorCovered: readonly (readonly [number, number])[];
  /** Secret of this sitting, 64 hex digits: every unpredictable instant derives from it; revealed when sealed. */
  readonly seed: string;
  /** Absent = a general course. */
  readonly place?: LessonPlace;
  /** Absent = nothing irregular. */
  readonly acts?: PlatformActs;
}

/** How a liveness challenge ended, as judged by the server's face engine. */
export type LivenessResult =
  | 'passed'
  /** A live capture, and not this learner, or not alive. Counts as a failure only after several attempts. */
  | 'other-person'
  | 'spoof'
  /** The capture itself was proven not to come from a camera, or to have been seen before. */
  | 'virtual'
  | 'replayed'
  /** Could not tell: asked again, in the end made up. */
  | 'too-dark'
  | 'too-far'
  | 'no-face'
  | 'several-faces'
  | 'no-camera'
  /** Steps missed, pictures too few, too bright or blurred, or neither the same person nor clearly another. */
  | 'unclear'
  /** The learner did not agree, or no longer agrees: given up at once, made up in another way. */
  | 'declined';

/** How a random photo was judged. */
export type PhotoResult =
  | 'match'
  /** Another person, or a copy of an earlier photo: asks for a live challenge at once, decides nothing by itself. */
  | 'no-match'
  | 'copy'
  /** Nothing could be told: a new request in the same hour. */
  | 'unusable'
  /** The learner no longer agrees; nothing was stored. */
  | 'declined';

/** One record of a sitting. */
export type SessionRecord =
  | { readonly kind: 'open'; readonly at: number; readonly facts: SittingFacts }
  | { readonly kind: 'batch'; readonly at: number; readonly batch: Batch }
  | { readonly kind: 'connected'; readonly at: number }
  | { readonly kind: 'disconnected'; readonly at: number }
  /** The client confirmed that it took a directive over. */
  | { readonly kind: 'delivered'; readonly at: number; readonly directive: string }
  /** A photo was stored encrypted; `hash` is of the ciphertext. */
  | {
      readonly kind: 'photo';
      readonly at: number;
      readonly id: string;
      readonly hash: string;
      readonly bytes: number;
      /** Absent = not judged. */
      readonly judged?: PhotoResult;
      /** With `unusable`: what the person can change. */
      readonly why?: CaptureProblem;
    }
  /** A batch came again with other bytes under a used sequence number; both are kept. */
  | { readonly kind: 'conflict'; readonly at: number; readonly seq: number; readonly hash: string }
  /** A liveness challenge was judged. */
  | {
      readonly kind: 'liveness';
      readonly at: number;
      readonly id: string;
      readonly result: LivenessResult;
      /** SHA-256 (base64url) of the ciphertexts of the frames that were kept; absent = none. */
      readonly frames?: readonly string[];
    }
  /**
   * Media advanced in another live sitting of the same learner from server time `from` to `to` (epoch ms). Fed before this
   * sitting's next batch is decided, so that credited times of one learner never overlap.
   */
  | {
      readonly kind: 'elsewhere';
      readonly at: number;
      readonly session: string;
      readonly from: number;
      readonly to: number;
      readonly credited: boolean;
    }
  /** What plays was recognised as the content of the course's lesson at `position`. */
  | { readonly kind: 'content'; readonly at: number; readonly lesson: string; readonly position: number }
  /** A due time was reached. */
  | { readonly kind: 'tick'; readonly at: number }
  | { readonly kind: 'close'; readonly at: number; readonly reason: EndReason };

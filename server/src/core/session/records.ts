/**
 * What a sitting is made of: the records that the runtime stores and feeds to the engine, in this order and nothing else.
 * Time (`at`, epoch ms) arrives as data in every record, so a replay of the stored records decides the same.
 */
import type { Batch, EndReason } from '@zhenxue/protocol';
import type { PolicyPack } from '../policy/pack.ts';

/** What is known of a sitting when it opens. Fixed from then on. */
export interface SittingFacts {
  readonly session: string;
  readonly platform: string;
  readonly learner: string;
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
}

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
    }
  /** A batch came again with other bytes under a used sequence number; both are kept. */
  | { readonly kind: 'conflict'; readonly at: number; readonly seq: number; readonly hash: string }
  /** A due time was reached. */
  | { readonly kind: 'tick'; readonly at: number }
  | { readonly kind: 'close'; readonly at: number; readonly reason: EndReason };

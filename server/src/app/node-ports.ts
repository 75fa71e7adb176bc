/**
 * What servers tell each other. The store holds what must be true (places, leases, bans); messages only make others look
 * sooner, so losing every one of them delays and never changes a decision.
 */
import type { LiveUpdate } from '@zhenxue/protocol';

/** Server-time stretches, epoch ms. */
export type Stretches = readonly (readonly [number, number])[];

/** A sitting in which a person studies at this moment. */
export interface Place {
  /** SHA-256 of the person's name across platforms, base64url: who it is stays in the sitting's own record. */
  readonly person: string;
  readonly session: string;
  /** Server that the client is connected to. */
  readonly owner: string;
  /** When the entry may be forgotten, epoch ms. */
  readonly expiresAt: number;
}

/** Another place of the same person. */
export interface OtherPlace {
  readonly session: string;
  readonly owner: string;
  /** What the sitting was credited for, as last told. */
  readonly stretches: Stretches;
}

/**
 * Where each person is connected, over all servers. Whoever enters as a second one makes all of the person's places shared;
 * sittings of shared places then tell what they were credited for (rules §1).
 */
export interface PlaceStore {
  /** A client of the sitting is connected. @returns whether the person's places are shared now. */
  enter(place: Place): Promise<boolean>;
  /** It is not any more, unless another server has it by now; an entry that was shared stays readable for the others until it expires. */
  leave(place: Pick<Place, 'person' | 'session' | 'owner'>): Promise<void>;
  /** Connected sittings of `owner` whose person is connected elsewhere too. */
  shared(owner: string): Promise<readonly string[]>;
  /** Stores what the sitting was credited for, then reads the person's other places: of two at once, one sees the other. */
  exchange(person: string, session: string, stretches: Stretches): Promise<readonly OtherPlace[]>;
  /** Forgets entries that expired before `at`. @returns how many. */
  sweep(at: number): Promise<number>;
}

/** A message to all other servers. Holds ids only. */
export type NodeMessage =
  /** Somebody waits for a sitting: its holder looks at its leases now, not at its next sign of life. */
  | { readonly kind: 'wanted'; readonly session: string }
  /** A platform was banned: its running sittings end. */
  | { readonly kind: 'banned'; readonly platform: string }
  /** A person has entered a second place: servers look whether one of theirs is shared. */
  | { readonly kind: 'shared'; readonly person: string };

/** See the file's comment. */
export interface NodeBus {
  /** Never throws and may be lost. */
  tell(message: NodeMessage): void;
  /** Hears what others told. @returns its stop. */
  listen(hear: (message: NodeMessage) => void): () => void;
}

/** A server alone. */
export const NO_BUS: NodeBus = { tell: () => {}, listen: () => () => {} };

/** Live updates for consoles, on all servers. Never throws and may be lost; REST stays the source of truth. */
export interface LiveFeed {
  changed(update: LiveUpdate): void;
}

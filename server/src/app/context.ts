/** What the use cases share. Put together once, in `main.ts`. */
import type { PolicyPack } from '../core/policy/pack.ts';
import type { ActorRegistry } from './actor-registry.ts';
import type { Engine } from './engine.ts';
import type { Identity } from './identity.ts';
import type { KeyedLock } from './keyed-lock.ts';
import type { NodeBus } from './node-ports.ts';
import type { Persons } from './persons.ts';
import type {
  Clock,
  Log,
  Metrics,
  NewId,
  PhotoVault,
  RandomBytes,
  RegistryStore,
  Schedule,
  SessionStore,
  TicketStore,
  Tokens,
} from './ports.ts';
import type { SharedPlaces } from './shared-places.ts';

/** The application: ports, the rule engine, the policy pack of new sittings, and the live sittings. */
export interface App {
  readonly clock: Clock;
  readonly schedule: Schedule;
  readonly randomBytes: RandomBytes;
  readonly newId: NewId;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly engine: Engine;
  readonly sessions: SessionStore;
  readonly tickets: TicketStore;
  readonly registry: RegistryStore;
  readonly vault: PhotoVault;
  readonly tokens: Tokens;
  /** Pack under which new sittings open, and the SHA-256 of its canonical bytes. */
  readonly pack: PolicyPack;
  readonly packHash: string;
  readonly ticketTtlMs: number;
  readonly actors: ActorRegistry;
  readonly persons: Persons;
  readonly places: SharedPlaces;
  readonly bus: NodeBus;
  readonly lock: KeyedLock;
  readonly identity: Identity;
}

/** The real application over ports in memory. It can be killed at any instant and started again over the same disk. */
import { createActorRegistry } from '../../../server/src/app/actor-registry.ts';
import { attributePlatform } from '../../../server/src/app/attribute-platform.ts';
import { canonicalJson } from '../../../server/src/app/canonical-json.ts';
import type { App } from '../../../server/src/app/context.ts';
import { startSweeper } from '../../../server/src/app/due-sittings.ts';
import type { Engine } from '../../../server/src/app/engine.ts';
import { hashText } from '../../../server/src/app/hash.ts';
import type { Identity } from '../../../server/src/app/identity.ts';
import type { ConsentRow } from '../../../server/src/app/identity-ports.ts';
import { createKeyedLock } from '../../../server/src/app/keyed-lock.ts';
import { NO_BUS } from '../../../server/src/app/node-ports.ts';
import { createPersons } from '../../../server/src/app/persons.ts';
import type { BanRow, LeaseStore, Log, SessionAppend } from '../../../server/src/app/ports.ts';
import type { SharedPlaces } from '../../../server/src/app/shared-places.ts';
import type { PolicyPack } from '../../../server/src/core/policy/pack.ts';
import { noFaces } from '../../support/no-faces.ts';
import type { Chance } from './chance.ts';
import type { Ledger } from './ledger.ts';
import {
  Committer,
  createRegistry,
  createSessionStore,
  createTicketStore,
  createTokens,
  Disk,
  type StoredSitting,
} from './memory-ports.ts';
import { checkAppended, checkBan } from './step-checks.ts';
import type { Host, TimeLine } from './time-line.ts';

/** One server: the index of persons in its memory sees everybody. */
const ALONE: SharedPlaces = {
  enter: async () => {},
  leave: async () => {},
  isShared: () => false,
  exchange: async () => {},
  look: async () => {},
  sweep: async () => 0,
};

/** Everybody has agreed to be seen: who has not is a question of the consent's own tests. */
function agreedFaces(): Identity {
  const identity = noFaces();
  const { store } = identity;
  const agreed = { scopes: ['camera', 'comparison', 'evidence-photo'] } as unknown as ConsentRow;
  return { ...identity, store: { ...store, consents: async () => [agreed] } };
}

/** Milliseconds that a ticket is valid. */
const TICKET_TTL_MS = 120_000;

/** One server at a time serves this world, and a dead one writes nothing: who holds a sitting is no question here. */
const SOLE_OWNER: LeaseStore = {
  beat: async () => {},
  acquire: async () => 1,
  release: async () => {},
  held: async () => [],
};

/** A UUID v7 (RFC 9562 §5.7) from the world's time and chance. */
function uuidV7(now: number, chance: Chance): string {
  const time = now.toString(16).padStart(12, '0');
  const random = Array.from({ length: 19 }, () => chance.int(0, 15).toString(16)).join('');
  const [a, b, c] = [random.slice(0, 3), random.slice(3, 6), random.slice(6, 18)];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${a}-8${b}-${c}`;
}

/** See the file's comment. */
export class SimServer {
  readonly disk: Disk = new Disk();
  readonly pack: PolicyPack;
  /** The running application; replaced by a restart. */
  app: App;
  /** Up and accepting connections. */
  up = true;
  /** Verdicts as the live application had them when it sealed the sitting. */
  readonly sealedVerdicts = new Map<string, string>();
  readonly #time: TimeLine;
  readonly #chance: Chance;
  readonly #ledger: Ledger;
  readonly #engine: Engine;
  readonly #onCrash = new Set<() => void>();
  #host: Host = { pausedUntil: 0, gone: false };

  constructor(time: TimeLine, chance: Chance, ledger: Ledger, pack: PolicyPack, engine: Engine) {
    this.#time = time;
    this.#chance = chance;
    this.#ledger = ledger;
    this.pack = pack;
    this.#engine = engine;
    this.app = this.#boot();
  }

  /** Tells of crashes. */
  onCrash(told: () => void): void {
    this.#onCrash.add(told);
  }

  /** Kills the process: what was not committed is lost, every connection is reset. It is back after `downMs`. */
  crash(downMs: number): void {
    this.#ledger.crashes += 1;
    this.#host.gone = true;
    this.up = false;
    for (const told of [...this.#onCrash]) told();
    this.#time.after(downMs, () => {
      this.#host = { pausedUntil: 0, gone: false };
      this.app = this.#boot();
      this.up = true;
    });
  }

  #look = (kept: StoredSitting, append: SessionAppend): void => {
    const actor = this.app.actors.peek(append.row.session);
    checkAppended(this.#ledger, this.pack, kept, actor?.sitting.state ?? null);
    if (kept.sealed && actor !== null && !this.sealedVerdicts.has(append.row.session)) {
      const verdict = this.app.engine.verdict(actor.sitting.state);
      this.sealedVerdicts.set(append.row.session, JSON.stringify(verdict));
    }
  };

  #imposed = (ban: BanRow): void => checkBan(this.#ledger, this.disk, this.pack, ban, this.#time.now);

  #boot(): App {
    const time = this.#time;
    const chance = this.#chance.fork(7);
    const host = this.#host;
    const committer = new Committer(time, chance, host);
    const clock = { now: () => time.now };
    const metrics = { count: () => undefined, observe: () => undefined };
    const log = this.#log();
    const sessions = createSessionStore(this.disk, committer, this.#ledger, this.#look);
    const actors = createActorRegistry({
      engine: this.#engine,
      store: sessions,
      leases: SOLE_OWNER,
      owner: 'sim',
      bus: NO_BUS,
      clock,
      schedule: time.scheduleOf(host),
      metrics,
      log,
      onFindings: (sitting) => void attributePlatform(app, sitting),
    });
    const app: App = {
      identity: agreedFaces(),
      schedule: time.scheduleOf(host),
      clock,
      randomBytes: (count) => chance.bytes(count),
      newId: () => uuidV7(time.now, chance),
      log,
      metrics,
      engine: this.#engine,
      sessions,
      tickets: createTicketStore(this.disk, committer),
      registry: createRegistry(this.disk, committer, this.#imposed),
      vault: {
        put: async ({ session, id, bytes }) => {
          this.disk.photos.add(`${session}/${id}`);
          return hashText(bytes);
        },
      },
      tokens: createTokens(clock.now),
      pack: this.pack,
      packHash: hashText(canonicalJson(this.pack)),
      ticketTtlMs: TICKET_TTL_MS,
      actors,
      persons: createPersons(),
      bus: NO_BUS,
      places: ALONE,
      lock: createKeyedLock(),
    };
    startSweeper(app, time.scheduleOf(host));
    return app;
  }

  #log(): Log {
    const say = (event: string, fields: unknown) => `${event} ${JSON.stringify(fields)}`;
    return {
      info: () => undefined,
      warn: () => undefined,
      error: (event, fields) => this.#ledger.check('no-server-error', false, () => say(event, fields)),
    };
  }
}

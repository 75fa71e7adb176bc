/** The environment, read once: every setting with its default, its bounds and its unit. */
import { z } from 'zod';

/** Packs that new sittings can open under; those with faces need a face engine. */
const PACKS = ['zz-2022-2', 'zz-2022-2-faces', 'demo', 'demo-faces'] as const;

/** Settings of a server. */
export interface Config {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly dataDir: string;
  /** `sqlite` is embedded: one file in the data folder, one server. `mongodb` serves many. */
  readonly store: 'sqlite' | 'mongodb';
  /** Where MongoDB is, with its database; null with the embedded store. A secret: it may hold a password. */
  readonly mongodbUri: string | null;
  /** Redis, through which servers and their consoles hear of each other; null = this server alone. A secret. */
  readonly redisUrl: string | null;
  /** Name under which this server holds sittings; a restart under the same name goes on at once. Null = chosen by the store. */
  readonly node: string | null;
  /** Id of the policy pack of new sittings. */
  readonly pack: (typeof PACKS)[number];
  /** Engine that reads faces; `off` = faces are not compared. Opened when it is first needed. */
  readonly faces: 'off' | 'onnx' | 'tfjs';
  readonly demo: boolean;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly ticketTtlMs: number;
  /** Milliseconds after its end for which a sitting's records stay unpacked. */
  readonly archiveAfterMs: number;
  /** Days after which kinds of data are deleted by `cli.js retention --apply`; null = kept for good. */
  readonly retentionDays: {
    readonly photos: number | null;
    readonly records: number | null;
    readonly findings: number | null;
    readonly verdicts: number | null;
    readonly audit: number | null;
  };
  /** Origins from which a page may connect; null = any (the ticket decides). */
  readonly allowedOrigins: readonly string[] | null;
  /** Reverse proxies in front whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: number;
  readonly batchesPerMinute: number;
  readonly handshakesPerMinute: number;
  readonly requestsPerMinute: number;
}

/** A setting that cannot be used; the message names variable and expectation, never the value. */
export class ConfigError extends Error {
  override readonly name: string = 'ConfigError';
}

function integer(min: number, max: number, fallback: number): z.ZodType<number> {
  const message = `an integer from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,12}$/, message)
    .default(String(fallback))
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

const FLAG = z
  .enum(['0', '1', 'false', 'true'], '0, 1, false or true')
  .default('0')
  .transform((value) => value === '1' || value === 'true');

const MINUTE_MS = 60_000;

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

const ORIGINS = z
  .string()
  .default('*')
  .transform((text) => (text.trim() === '*' ? null : text.split(',').map((part) => part.trim())))
  .refine(
    (list) => list === null || list.every(isOrigin),
    '* or origins such as https://a.example, by commas',
  );

const DAYS_MAX = 36_525;
const DAYS = z
  .string()
  .regex(/^\d{1,5}$/, `a number of days up to ${DAYS_MAX}`)
  .transform(Number)
  .refine((value) => value <= DAYS_MAX, `a number of days up to ${DAYS_MAX}`)
  .optional();

/** The one schema. Names are the environment's; a default stands beside each. */
const FIELDS = z.object({
  ZHENXUE_HOST: z.string().min(1, 'a host name or address').default('127.0.0.1'),
  ZHENXUE_PORT: integer(0, 65_535, 7_070),
  ZHENXUE_DATA_DIR: z.string().min(1, 'a folder').default('./data'),
  ZHENXUE_STORE: z.enum(['sqlite', 'mongodb'], 'sqlite or mongodb').default('sqlite'),
  ZHENXUE_MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\/\S+$/, 'a mongodb:// or mongodb+srv:// address')
    .optional(),
  ZHENXUE_REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\/\S+$/, 'a redis:// or rediss:// address')
    .optional(),
  ZHENXUE_NODE: z
    .string()
    .regex(/^[\w.:-]{1,64}$/, 'up to 64 letters, digits, dots, colons or dashes')
    .optional(),
  ZHENXUE_PACK: z.enum(PACKS, `one of ${PACKS.join(', ')}`).default('zz-2022-2'),
  ZHENXUE_FACES: z.enum(['off', 'onnx', 'tfjs'], 'off, onnx or tfjs').default('onnx'),
  ZHENXUE_DEMO: FLAG,
  ZHENXUE_LOG_LEVEL: z.enum(LEVELS, `one of ${LEVELS.join(', ')}`).default('info'),
  ZHENXUE_TICKET_TTL_MS: integer(1_000, 3_600_000, 120_000),
  // A day: what is looked at is mostly from yesterday and today.
  ZHENXUE_ARCHIVE_AFTER_MINUTES: integer(0, 5_256_000, 1_440),
  // Absent = kept for good. What the law asks for at least is in `app/retention.ts`.
  ZHENXUE_RETENTION_PHOTOS_DAYS: DAYS,
  ZHENXUE_RETENTION_RECORDS_DAYS: DAYS,
  ZHENXUE_RETENTION_FINDINGS_DAYS: DAYS,
  ZHENXUE_RETENTION_VERDICTS_DAYS: DAYS,
  ZHENXUE_RETENTION_AUDIT_DAYS: DAYS,
  ZHENXUE_ALLOWED_ORIGINS: ORIGINS,
  ZHENXUE_TRUSTED_PROXIES: integer(0, 10, 0),
  // An honest client sends one batch in one to five seconds; after hours offline it catches up at this pace.
  ZHENXUE_BATCHES_PER_MINUTE: integer(10, 10_000_000, 1_200),
  // Per address: whole classes start together behind one.
  ZHENXUE_HANDSHAKES_PER_MINUTE: integer(10, 10_000_000, 600),
  ZHENXUE_REQUESTS_PER_MINUTE: integer(10, 10_000_000, 1_200),
});

const SCHEMA = FIELDS.refine(
  (value) => value.ZHENXUE_STORE !== 'mongodb' || value.ZHENXUE_MONGODB_URI !== undefined,
  { path: ['ZHENXUE_MONGODB_URI'], message: 'the address of the database, since ZHENXUE_STORE is mongodb' },
);

/**
 * Reads the settings from an environment. An empty variable counts as absent.
 * @throws ConfigError naming every variable that cannot be used and what was expected.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== '' && value !== undefined),
  );
  const parsed = SCHEMA.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: expected ${issue.message}`);
    throw new ConfigError(problems.join('; '));
  }
  const value = parsed.data;
  return {
    host: value.ZHENXUE_HOST,
    port: value.ZHENXUE_PORT,
    dataDir: value.ZHENXUE_DATA_DIR,
    store: value.ZHENXUE_STORE,
    mongodbUri: value.ZHENXUE_STORE === 'mongodb' ? (value.ZHENXUE_MONGODB_URI ?? null) : null,
    redisUrl: value.ZHENXUE_REDIS_URL ?? null,
    node: value.ZHENXUE_NODE ?? null,
    pack: value.ZHENXUE_PACK,
    faces: value.ZHENXUE_FACES,
    demo: value.ZHENXUE_DEMO,
    logLevel: value.ZHENXUE_LOG_LEVEL,
    ticketTtlMs: value.ZHENXUE_TICKET_TTL_MS,
    archiveAfterMs: value.ZHENXUE_ARCHIVE_AFTER_MINUTES * MINUTE_MS,
    retentionDays: {
      photos: value.ZHENXUE_RETENTION_PHOTOS_DAYS ?? null,
      records: value.ZHENXUE_RETENTION_RECORDS_DAYS ?? null,
      findings: value.ZHENXUE_RETENTION_FINDINGS_DAYS ?? null,
      verdicts: value.ZHENXUE_RETENTION_VERDICTS_DAYS ?? null,
      audit: value.ZHENXUE_RETENTION_AUDIT_DAYS ?? null,
    },
    allowedOrigins: value.ZHENXUE_ALLOWED_ORIGINS,
    trustedProxies: value.ZHENXUE_TRUSTED_PROXIES,
    batchesPerMinute: value.ZHENXUE_BATCHES_PER_MINUTE,
    handshakesPerMinute: value.ZHENXUE_HANDSHAKES_PER_MINUTE,
    requestsPerMinute: value.ZHENXUE_REQUESTS_PER_MINUTE,
  };
}

/**
 * Looks at what the SDK needs of a browser and a page, and says in plain words what is missing. Opens no camera, sends no ticket,
 * changes nothing; loaded when it is asked for.
 */
import type { OutboxStore, Probe, Schedule } from '../core/effects.ts';
import { REMEDIES, type Remedy } from './remedies.ts';

/** What is looked at. */
export type CheckId =
  | 'secure-context'
  | 'worker'
  | 'clock'
  | 'storage'
  | 'locks'
  | 'server'
  | 'socket'
  | 'camera-device'
  | 'camera-permission'
  | 'camera-policy'
  | 'fullscreen-layer'
  | 'content-policy';

/** `warn`: works, with less; `unknown`: cannot be told here. */
export type CheckResult = 'ok' | 'warn' | 'fail' | 'unknown';

/** One finding. */
export interface Check {
  readonly id: CheckId;
  readonly result: CheckResult;
  /** A value for a support desk: a state, a directive, a number with its unit. Holds nothing about the learner. */
  readonly detail: string;
  /** What to do about it; null when it is fine. */
  readonly remedy: Remedy | null;
}

/** The whole report. */
export interface Diagnosis {
  /** Nothing failed. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

/** What diagnosing needs. */
export interface DiagnoseOptions {
  readonly createWorker: () => Worker;
  readonly openStore: () => OutboxStore;
  readonly probe: Probe;
  readonly schedule: Schedule;
  /** State of the running monitor's connection; null when none runs. */
  readonly connection: string | null;
}

type Finding = readonly [result: CheckResult, detail: string];

/** Milliseconds in which a check must answer. */
const CHECK_MS = 6_000;

/** Milliseconds over which two clocks are compared, and by which they may differ. */
const COMPARE_MS = 600;
const CLOCK_SLACK_MS = 60;

/** Under this session the storage is tried; it is no session id. */
const TRIAL = 'diagnose';

function limited(schedule: Schedule, work: Promise<Finding>): Promise<Finding> {
  return new Promise((resolve) => {
    const stop = schedule(CHECK_MS, () => resolve(['fail', `no answer in ${CHECK_MS} ms`]));
    work
      .catch((cause: unknown): Finding => ['fail', cause instanceof Error ? cause.name : 'error'])
      .then((finding) => {
        stop();
        resolve(finding);
      });
  });
}

function ask(worker: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.onerror = () => reject(new DOMException('the worker did not start', 'SecurityError'));
    worker.onmessage = ({ data: [id, now] }: MessageEvent<[number, number]>) => {
      if (id === 1) resolve(now);
    };
    worker.postMessage(1);
  });
}

/** Compares the page's clock with one that its scripts cannot reach. */
async function compareClocks(worker: Worker, schedule: Schedule): Promise<Finding> {
  const [w0, p0] = [await ask(worker), performance.now()];
  await new Promise<void>((passed) => void schedule(COMPARE_MS, passed));
  const [w1, p1] = [await ask(worker), performance.now()];
  const off = Math.round(p1 - p0 - (w1 - w0));
  return [Math.abs(off) <= CLOCK_SLACK_MS ? 'ok' : 'warn', `${off} ms in ${COMPARE_MS} ms`];
}

async function checkStorage(openStore: () => OutboxStore): Promise<Finding> {
  const store = openStore();
  const batch = { session: TRIAL, seq: 1, prev: '', hash: '', text: '{}', count: 0, storedAt: 0 };
  try {
    await store.put([batch]);
    await store.drop(TRIAL, 1);
  } finally {
    store.close();
  }
  const { quota } = (await navigator.storage?.estimate?.()) ?? {};
  return ['ok', quota === undefined ? 'quota unknown' : `quota ${Math.round(quota / 1_048_576)} MiB`];
}

/** A made-up token must be refused by our server, and by nobody else, with a code. */
async function checkServer(probe: Probe): Promise<Finding> {
  const answer = await probe(TRIAL);
  const ours = answer === 'ticket-invalid' || answer === 'ticket-missing' || answer === 'invalid-request';
  return [ours ? 'ok' : answer === 'rate-limited' ? 'unknown' : 'fail', answer];
}

function checkSocket(connection: string | null): Finding {
  if (connection === 'online') return ['ok', connection];
  return connection === null ? ['unknown', 'no monitor is running'] : ['warn', connection];
}

async function checkDevice(): Promise<Finding> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  const cameras = devices.filter(({ kind }) => kind === 'videoinput').length;
  return [cameras > 0 ? 'ok' : 'fail', `${cameras}`];
}

async function checkPermission(): Promise<Finding> {
  try {
    const { state } = await navigator.permissions.query({ name: 'camera' as PermissionName });
    return [state === 'denied' ? 'fail' : 'ok', state];
  } catch {
    return ['unknown', 'the browser does not tell'];
  }
}

function checkCameraPolicy(): Finding {
  const policy = (document as { featurePolicy?: { allowsFeature(name: string): boolean } }).featurePolicy;
  if (navigator.mediaDevices === undefined) return ['fail', 'no mediaDevices'];
  if (policy === undefined) return ['unknown', 'the browser does not tell'];
  return policy.allowsFeature('camera') ? ['ok', 'allowed'] : ['fail', 'permissions-policy'];
}

/** Directives of the page's content policy that stood in the way while `work` ran. */
async function violationsDuring(work: () => Promise<void>): Promise<Finding> {
  const seen = new Set<string>();
  const note = (event: SecurityPolicyViolationEvent): void => void seen.add(event.effectiveDirective);
  document.addEventListener('securitypolicyviolation', note);
  try {
    await work();
  } finally {
    document.removeEventListener('securitypolicyviolation', note);
  }
  return seen.size === 0 ? ['ok', 'nothing refused'] : ['fail', [...seen].sort().join(' ')];
}

/** Runs every check; takes about a second. Never rejects. */
export async function diagnosePage(options: DiagnoseOptions): Promise<Diagnosis> {
  const found = new Map<CheckId, Finding>();
  const look = async (id: CheckId, work: () => Finding | Promise<Finding>): Promise<void> => {
    found.set(id, await limited(options.schedule, Promise.resolve().then(work)));
  };
  let worker: Worker | undefined;
  const policy = await violationsDuring(async () => {
    await Promise.all([
      look('secure-context', () => [isSecureContext ? 'ok' : 'fail', location.protocol]),
      look('worker', async () => {
        worker = options.createWorker();
        await ask(worker);
        return ['ok', 'started'];
      }).then(() =>
        look('clock', () =>
          worker !== undefined && found.get('worker')?.[0] === 'ok'
            ? compareClocks(worker, options.schedule)
            : ['unknown', 'no worker'],
        ),
      ),
      look('storage', () => checkStorage(options.openStore)),
      look('locks', () => (navigator.locks === undefined ? ['warn', 'missing'] : ['ok', 'present'])),
      look('server', () => checkServer(options.probe)),
      look('socket', () => checkSocket(options.connection)),
      look('camera-device', checkDevice),
      look('camera-permission', checkPermission),
      look('camera-policy', checkCameraPolicy),
      look('fullscreen-layer', () =>
        'showPopover' in HTMLElement.prototype ? ['ok', 'popover'] : ['warn', 'z-index'],
      ),
    ]);
  });
  worker?.terminate();
  found.set('content-policy', policy);
  const checks = [...found].map(([id, [result, detail]]): Check => {
    const remedy = result === 'ok' || result === 'unknown' ? null : REMEDIES[id];
    return { id, result, detail, remedy };
  });
  return { ok: checks.every(({ result }) => result !== 'fail'), checks };
}

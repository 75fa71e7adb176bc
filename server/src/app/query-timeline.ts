/** What a person looks at to understand a sitting: playback against server time, and what happened around it. */
import { hasState, STATE, type Timeline } from '@zhenxue/protocol';
import { photoRequests } from '../core/rules/random-photo/rule.ts';
import type { SessionRecord } from '../core/session/records.ts';
import type { App } from './context.ts';
import type { Principal } from './principal.ts';
import { readableRow } from './query-sessions.ts';
import { replaySitting } from './sitting.ts';

/** Points that a drawing can use; more would only make the answer heavier. */
const POINTS_MAX = 2_000;

type Stretch = readonly [number, number];
type PlaybackPoint = readonly [number, number, boolean];

/** Stretches of server time in which something held. */
interface Stretches {
  set(at: number, on: boolean): void;
  end(at: number): readonly Stretch[];
}

function createStretches(since: number | null = null): Stretches {
  const done: Stretch[] = [];
  let from = since;
  return {
    set(at: number, on: boolean): void {
      if (on) from ??= at;
      else if (from !== null) {
        if (at > from) done.push([from, at]);
        from = null;
      }
    },
    end(at: number): readonly Stretch[] {
      if (from !== null && at > from) done.push([from, at]);
      return done;
    },
  };
}

/** At most `count` of the points, evenly, the first and the last among them. */
function spread(points: readonly PlaybackPoint[], count: number): readonly PlaybackPoint[] {
  if (points.length <= count) return points;
  const stride = (points.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, i) => points[Math.round(i * stride)]).filter(
    (p) => p !== undefined,
  );
}

/** Few enough points to draw: every change of playing as long as they fit, the others thinned evenly. */
export function thin(points: readonly PlaybackPoint[]): readonly PlaybackPoint[] {
  if (points.length <= POINTS_MAX) return points;
  const last = points.length - 1;
  const edges = points.filter((point, i) => i === 0 || i === last || points[i - 1]?.[2] !== point[2]);
  const room = POINTS_MAX - edges.length;
  if (room < 2) return spread(edges, POINTS_MAX);
  const chosen = new Set([...edges, ...spread(points, room)]);
  return points.filter((point) => chosen.has(point));
}

/** Collects a timeline's parts record by record. */
function createCollector(openedAt: number): {
  take(record: SessionRecord): void;
  parts(endAt: number): Pick<Timeline, 'points' | 'hidden' | 'unfocused' | 'offline'>;
} {
  const points: PlaybackPoint[] = [];
  const hidden = createStretches();
  const unfocused = createStretches();
  const offline = createStretches(openedAt);
  let last = openedAt;
  /** Session time counts from the first welcome. */
  let originAt: number | null = null;
  return {
    take(record: SessionRecord): void {
      if (record.kind === 'connected') {
        originAt ??= record.at;
        offline.set(record.at, false);
      }
      if (record.kind === 'disconnected') offline.set(record.at, true);
      if (record.kind !== 'batch') return;
      for (const event of record.batch.events) {
        // The client's clock is a claim: an event is drawn neither before its predecessor nor after its receipt.
        const at = Math.max(last, Math.min(record.at, (originAt ?? openedAt) + event.t));
        last = at;
        points.push([at, event.m, hasState(event.s, STATE.playing)]);
        hidden.set(at, hasState(event.s, STATE.hidden) || hasState(event.s, STATE.hiddenWitnessed));
        unfocused.set(at, hasState(event.s, STATE.unfocused));
      }
    },
    parts: (endAt) => ({
      points: thin(points),
      hidden: hidden.end(endAt),
      unfocused: unfocused.end(endAt),
      offline: offline.end(endAt),
    }),
  };
}

/** The timeline of a sitting that the asker may see. @throws Refusal `not-found`. */
export async function sessionTimeline(app: App, principal: Principal, session: string): Promise<Timeline> {
  const row = await readableRow(app, principal, session);
  const collector = createCollector(row.openedAt);
  const seed = (await app.sessions.seed(session)) ?? '';
  const records = await app.sessions.records(session);
  const sitting = replaySitting(app.engine, records, seed, collector.take);
  const verdict = app.engine.verdict(sitting.state);
  const photos = photoRequests(sitting.state).map(({ id, issuedAt, storedAt }) => ({
    id,
    requestedAt: issuedAt,
    storedAt,
  }));
  return {
    session,
    openedAt: row.openedAt,
    endedAt: row.endedAt,
    videoMs: sitting.facts.videoMs,
    ...collector.parts(row.endedAt ?? sitting.at),
    popups: verdict.popups,
    photos,
    findings: verdict.findings,
  };
}

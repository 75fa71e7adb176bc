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

/** Keeps the first and last point and every change of playing, thins the rest evenly. */
export function thin(points: readonly PlaybackPoint[]): readonly PlaybackPoint[] {
  if (points.length <= POINTS_MAX) return points;
  const step = Math.ceil(points.length / POINTS_MAX);
  const kept = points.filter((point, i) => {
    const changes = i > 0 && points[i - 1]?.[2] !== point[2];
    return i % (2 * step) === 0 || i === points.length - 1 || changes;
  });
  return kept.length <= POINTS_MAX
    ? kept
    : kept.filter((_, i) => i % Math.ceil(kept.length / POINTS_MAX) === 0);
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
  return {
    take(record: SessionRecord): void {
      if (record.kind === 'connected') offline.set(record.at, false);
      if (record.kind === 'disconnected') offline.set(record.at, true);
      if (record.kind !== 'batch') return;
      for (const event of record.batch.events) {
        // The client's clock is a claim: an event is drawn neither before its predecessor nor after its receipt.
        const at = Math.max(last, Math.min(record.at, openedAt + event.t));
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
  const photos = photoRequests(sitting.state.photo).map(({ id, issuedAt, storedAt }) => ({
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

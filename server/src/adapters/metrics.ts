/** Counters and gauges by prom-client, in a registry of their own: two servers in one process do not mix. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Metrics } from '../app/ports.ts';

/** Names of counters with their help. A name that is not listed is a fault of the program. */
const COUNTERS: Readonly<Record<string, string>> = {
  'batch.taken': 'Batches taken in',
  'batch.invalid': 'Batches refused as malformed',
  'batch.conflict': 'Batches that came again with other bytes',
  'event.taken': 'Learning events taken in',
  'photo.stored': 'Photos stored',
  'consent.recorded': 'Decisions about the notice written down',
  'subject.erased': 'Learners whose photos or templates were erased',
  'enrolment.completed': 'Enrolments completed',
  'review.same_face': 'Faces found under another name, left to a person',
  'liveness.started': 'Live challenges begun',
  'liveness.passed': 'Live challenges passed',
  'liveness.failed': 'Live challenges with evidence against them',
  'liveness.untold': 'Live challenges that told nothing',
  'sitting.opened': 'Sittings opened',
  'sitting.slow_down': 'Messages refused because the sitting had too many unanswered',
  'sitting.elsewhere_skipped': 'Stretches credited elsewhere that a sitting could not take in',
  'sitting.archived': 'Ended sittings whose records were packed',
  'sitting.archive_failed': 'Ended sittings whose records are damaged and were left as they are',
  'sitting.due_failed': 'Due sittings that could not be loaded',
  'lease.lost': 'Sittings that another server took over from this one',
  'lease.beat_failed': 'Signs of life that could not be stored',
  'lease.release_failed': 'Sittings that could not be given up in the store',
  'lease.hand_over_failed': 'Sittings handed over without the last record of their connection',
  'place.shared': 'Connections of a person who was connected elsewhere too',
  'place.exchange_failed': 'Times that a sitting could not tell what it was credited for',
  'fanout.dropped': 'Messages to other servers dropped because Redis did not take them',
  'fanout.lost': 'Times that the connection to Redis was lost',
  'watch.admitted': 'Live channels of consoles admitted',
  'watch.refused': 'Live channels of consoles refused',
  'ticket.issued': 'Tickets issued',
  'ban.imposed': 'Bans imposed',
  'directive.failed': 'Directives that could not be sent',
  'directive.unconfirmed': 'Directives that the client did not confirm',
  'socket.admitted': 'Connections admitted',
  'socket.refused': 'Connections refused before the upgrade',
  'socket.limited': 'Messages refused by the rate limit',
  'socket.unknown_event': 'Messages with an unknown name or without an acknowledgement',
  'http.limited': 'Requests refused by the rate limit',
};

/** Names of histograms with help and buckets. */
const HISTOGRAMS: Readonly<Record<string, { readonly help: string; readonly buckets: readonly number[] }>> = {
  'batch.ack_ms': {
    help: 'Receipt to durable acknowledgement, ms',
    buckets: [1, 2, 5, 10, 20, 50, 100, 250, 1000],
  },
};

/** Values read at every scrape. */
export interface Gauges {
  liveSittings(): number;
  connections(): number;
  ready(): boolean;
  /** Null when there is no connection to other servers. */
  fanOut(): boolean | null;
}

/** Metrics with the text that Prometheus scrapes. */
export interface MetricsRegistry extends Metrics {
  /** Names what is measured at a scrape. */
  watch(gauges: Gauges): void;
  readonly contentType: string;
  text(): Promise<string>;
}

function metricName(name: string): string {
  return `zhenxue_${name.replace('.', '_')}`;
}

function addGauges(registry: Registry, gauges: Gauges): void {
  const add = (name: string, help: string, read: () => number) => {
    new Gauge({
      name: `zhenxue_${name}`,
      help,
      registers: [registry],
      collect(): void {
        this.set(read());
      },
    });
  };
  add('live_sittings', 'Sittings in memory', gauges.liveSittings);
  add('connections', 'Connected clients', gauges.connections);
  add('ready', 'Whether the server takes load', () => (gauges.ready() ? 1 : 0));
  add('fanout_up', 'Whether other servers can be told: 1, 0, or -1 when there is no Redis', () => {
    const up = gauges.fanOut();
    return up === null ? -1 : up ? 1 : 0;
  });
  add('resident_bytes', 'Resident memory of the process', () => process.memoryUsage.rss());
}

/** One registry per server. */
export function createMetrics(): MetricsRegistry {
  const registry = new Registry();
  const registers = [registry];
  // Plain numbers, handed over when somebody asks: counting happens several times per batch.
  const counts = new Map(Object.keys(COUNTERS).map((name) => [name, { value: 0 }]));
  for (const [name, help] of Object.entries(COUNTERS)) {
    new Counter({
      name: `${metricName(name)}_total`,
      help,
      registers,
      collect(): void {
        this.reset();
        this.inc(counts.get(name)?.value ?? 0);
      },
    });
  }
  const histograms = new Map(
    Object.entries(HISTOGRAMS).map(([name, { help, buckets }]) => [
      name,
      new Histogram({ name: metricName(name), help, buckets: [...buckets], registers }),
    ]),
  );
  return {
    count(name: string, by = 1): void {
      const counter = counts.get(name);
      if (counter === undefined) throw new Error(`metrics: expected a listed counter, got ${name}`);
      counter.value += by;
    },
    observe(name: string, value: number): void {
      const histogram = histograms.get(name);
      if (histogram === undefined) throw new Error(`metrics: expected a listed histogram, got ${name}`);
      histogram.observe(value);
    },
    watch: (gauges) => addGauges(registry, gauges),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}

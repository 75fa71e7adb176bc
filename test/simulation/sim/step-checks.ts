/** Checks made at every durable change. */
import type { BanRow } from '../../../server/src/app/ports.ts';
import type { PolicyPack } from '../../../server/src/core/policy/pack.ts';
import type { SessionState } from '../../../server/src/core/session/state.ts';
import type { Ledger } from './ledger.ts';
import type { Disk, StoredSitting } from './memory-ports.ts';

/** Appends between two looks at the size of a state. */
const SIZE_EVERY = 64;

/** Values in a state without its lists of popups, photos and findings; and values per entry of those. */
const STATE_VALUES_MAX = 3_000;
const ENTRY_VALUES_MAX = 60;

/** Leaves and branches of plain data. */
function valuesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  let total = 1;
  for (const part of Object.values(value)) total += valuesIn(part);
  return total;
}

function checkSize(ledger: Ledger, state: SessionState): void {
  const { facts, ...rest } = state;
  const entries = state.popup.past.length + state.photo.past.length + state.photo.hourCount;
  const max = STATE_VALUES_MAX + ENTRY_VALUES_MAX * (entries + state.findings.length);
  const values = valuesIn(rest);
  ledger.check('state-bounded', values <= max, () => `${facts.session}: ${values} values, at most ${max}`);
}

/** Looks at a sitting after a durable append. @param state of the live actor, when there is one. */
export function checkAppended(
  ledger: Ledger,
  pack: PolicyPack,
  kept: StoredSitting,
  state: SessionState | null,
): void {
  const { row, records } = kept;
  const at = records[records.length - 1]?.at ?? row.openedAt;
  const elapsed = at - row.openedAt;
  const { slackMs, slackRefillMs } = pack.credit;
  const max = elapsed + slackMs * (1 + Math.floor(elapsed / slackRefillMs));
  ledger.check(
    'credit-within-server-time',
    row.creditedMs <= max,
    () => `${row.session}: credited ${row.creditedMs} ms in ${elapsed} ms`,
  );
  if (state !== null && records.length % SIZE_EVERY === 0) checkSize(ledger, state);
}

/** What the platform did towards the server needs no population: no learner can forge it (rules §4 (a)). */
function isOwnAct(disk: Disk, ban: BanRow): boolean {
  return ban.finding.cites.every(({ session, finding }) => {
    const found = disk.sittings.get(session)?.findings.get(finding);
    return found?.attribution === 'platform' && found.severity === 'violation';
  });
}

/** A ban needs the same suppression from enough learners in a large enough share of the sittings (rules §4). */
export function checkBan(ledger: Ledger, disk: Disk, pack: PolicyPack, ban: BanRow, now: number): void {
  if (isOwnAct(disk, ban)) return;
  const cited = ban.finding.cites.map((cite) => disk.sittings.get(cite.session));
  const first = cited[0];
  const learners = new Set(cited.map((kept) => kept?.row.learner)).size;
  const sessions = new Set(ban.finding.cites.map((cite) => cite.session)).size;
  const from = now - pack.sanctions.populationWindowMs;
  let peers = 0;
  for (const { row } of disk.sittings.values()) {
    const same =
      row.platform === ban.platform &&
      row.course === first?.row.course &&
      row.lesson === first.row.lesson &&
      row.build === first.row.build;
    if (same && row.openedAt >= from) peers += 1;
  }
  const { populationLearners, populationSharePermille } = pack.sanctions;
  const enough = learners >= populationLearners && sessions * 1_000 >= populationSharePermille * peers;
  ledger.check(
    'ban-needs-population',
    enough && cited.every((kept) => kept?.row.platform === ban.platform),
    () => `${ban.platform}: banned on ${learners} learners, ${sessions} of ${peers} sittings`,
  );
}

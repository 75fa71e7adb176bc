/**
 * Population evidence, gathered sitting by sitting (rules §4): a window over the sittings of one lesson in one SDK build of
 * one platform, as a value. Sittings may come in any order and more than once; what is older than the window before the
 * newest falls out. Memory is bounded: past the bound the oldest sittings are only counted, and where that loses something
 * the loss is on the platform's side, so a share and a number of learners are never overstated.
 */
import type { PolicyPack } from '../policy/pack.ts';
import { judgeCounts, type PopulationCounts, type PopulationJudgement } from './population.ts';

/** Sittings remembered one by one in one window. */
export const POPULATION_SITTINGS_MAX = 2_000;

/** Suppressed controls remembered per sitting; there are as many kinds as controls. */
export const POPULATION_SUPPRESSIONS_MAX = 8;

/** Parts of the window in which sittings past the bound are counted. */
const FOLDED_PARTS = 48;

/** One sitting, as far as the population is concerned. None of it ever changes but the suppressions, which only grow. */
export interface PopulationSitting {
  readonly session: string;
  readonly learner: string;
  /** When it was opened, epoch ms. */
  readonly openedAt: number;
  /** Suppressed controls found in it, such as `popup-suppressed`. */
  readonly suppressions: readonly string[];
}

/** Sittings past the bound, counted by part of the window. */
interface FoldedPart {
  /** Number of the part: ⌊openedAt ÷ part length⌋. */
  readonly part: number;
  readonly sittings: number;
  /** Sittings that showed a suppression, by its name. */
  readonly affected: Readonly<Record<string, number>>;
}

/** See the file's comment. */
export interface PopulationWindow {
  readonly windowMs: number;
  readonly sittingsMax: number;
  /** Opening of the newest sitting seen, epoch ms; null before the first. */
  readonly newestAt: number | null;
  /** By opening, then session, then learner. */
  readonly sittings: readonly PopulationSitting[];
  readonly folded: readonly FoldedPart[];
  /** The newest sitting that is only counted. One up to here may have been counted before. */
  readonly foldedUpTo: PopulationSitting | null;
}

/** An empty window. @param windowMs length, ms. @param sittingsMax bound, for tests. */
export function emptyPopulation(
  windowMs: number,
  sittingsMax: number = POPULATION_SITTINGS_MAX,
): PopulationWindow {
  if (!(windowMs > 0 && sittingsMax > 0))
    throw new RangeError('population: expected a window and a bound above 0');
  return { windowMs, sittingsMax, newestAt: null, sittings: [], folded: [], foldedUpTo: null };
}

/** Sittings that are counted together: of one lesson in one SDK build of one platform. */
export function populationKey(of: {
  readonly platform: string;
  readonly course: string;
  readonly lesson: string;
  readonly build: string;
}): string {
  return JSON.stringify([of.platform, of.course, of.lesson, of.build]);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function compare(a: PopulationSitting, b: PopulationSitting): number {
  return a.openedAt - b.openedAt || compareText(a.session, b.session) || compareText(a.learner, b.learner);
}

/** Where a sitting stands or would stand in the sorted list. */
function placeOf(sittings: readonly PopulationSitting[], sitting: PopulationSitting): number {
  let low = 0;
  let high = sittings.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = sittings[middle];
    if (other !== undefined && compare(other, sitting) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function merged(known: PopulationSitting, again: PopulationSitting): PopulationSitting {
  const all = [...new Set([...known.suppressions, ...again.suppressions])].sort(compareText);
  return { ...known, suppressions: all.slice(0, POPULATION_SUPPRESSIONS_MAX) };
}

function insert(
  sittings: readonly PopulationSitting[],
  sitting: PopulationSitting,
): readonly PopulationSitting[] {
  const place = placeOf(sittings, sitting);
  const there = sittings[place];
  const known =
    there !== undefined && compare(there, sitting) === 0 ? there : { ...sitting, suppressions: [] };
  return [
    ...sittings.slice(0, place),
    merged(known, sitting),
    ...sittings.slice(known === there ? place + 1 : place),
  ];
}

function partLengthMs(window: PopulationWindow): number {
  return Math.max(1, Math.ceil(window.windowMs / FOLDED_PARTS));
}

/**
 * Goes over to counting the oldest sitting. One that may have been counted before adds to the total only: counting what it
 * showed twice would overstate the share.
 */
function fold(window: PopulationWindow, sittings: readonly PopulationSitting[]): PopulationWindow {
  const [oldest, ...rest] = sittings;
  if (oldest === undefined || sittings.length <= window.sittingsMax) return { ...window, sittings };
  const { foldedUpTo } = window;
  const isNew = foldedUpTo === null || compare(foldedUpTo, oldest) < 0;
  const part = Math.floor(oldest.openedAt / partLengthMs(window));
  const known = window.folded.find((folded) => folded.part === part) ?? { part, sittings: 0, affected: {} };
  const shown = isNew
    ? oldest.suppressions.map((name) => [name, (known.affected[name] ?? 0) + 1] as const)
    : [];
  const grown = {
    part,
    sittings: known.sittings + 1,
    affected: { ...known.affected, ...Object.fromEntries(shown) },
  };
  const others = window.folded.filter((folded) => folded.part !== part);
  return { ...window, sittings: rest, folded: [...others, grown], foldedUpTo: isNew ? oldest : foldedUpTo };
}

/** Forgets what is older than the window before `newestAt`. */
function expire(window: PopulationWindow, newestAt: number): PopulationWindow {
  const from = newestAt - window.windowMs;
  const first = window.sittings.findIndex((sitting) => sitting.openedAt >= from);
  const sittings = first === -1 ? [] : window.sittings.slice(first);
  const partMs = partLengthMs(window);
  const folded = window.folded.filter(({ part }) => (part + 1) * partMs > from);
  return { ...window, newestAt, sittings, folded };
}

/**
 * The window with one sitting more, or with what is newly known of one.
 * @throws RangeError when its opening is no instant: it could never expire.
 */
export function addSitting(window: PopulationWindow, sitting: PopulationSitting): PopulationWindow {
  if (!Number.isSafeInteger(sitting.openedAt)) throw new RangeError('openedAt: expected an instant in ms');
  const newestAt = Math.max(window.newestAt ?? sitting.openedAt, sitting.openedAt);
  const current = expire(window, newestAt);
  if (sitting.openedAt < newestAt - window.windowMs) return current;
  return fold(current, insert(current.sittings, sitting));
}

/**
 * What the window shows of one suppression for the time up to `at` (epoch ms): sittings opened in `[at − window, at]`.
 * @throws RangeError when `at` lies before the newest sitting: what was forgotten since cannot be judged again.
 */
export function populationCounts(
  window: PopulationWindow,
  suppression: string,
  at: number,
): PopulationCounts {
  if (!(at >= (window.newestAt ?? 0)))
    throw new RangeError('at: expected an instant not before the newest sitting');
  const { sittings, folded } = expire(window, at);
  const affected = sittings.filter((sitting) => sitting.suppressions.includes(suppression));
  // A part that is half outside the window adds to the total only.
  const wholePartFrom = (at - window.windowMs) / partLengthMs(window);
  let counted = 0;
  let countedAffected = 0;
  for (const part of folded) {
    counted += part.sittings;
    if (part.part >= wholePartFrom && Object.hasOwn(part.affected, suppression))
      countedAffected += part.affected[suppression] ?? 0;
  }
  return {
    sittings: sittings.length + counted,
    affectedSittings: new Set(affected.map((sitting) => sitting.session)).size + countedAffected,
    affectedLearners: new Set(affected.map((sitting) => sitting.learner)).size,
  };
}

/** Judges one suppression at an instant; see {@link populationCounts}. */
export function judgeWindow(
  window: PopulationWindow,
  suppression: string,
  at: number,
  sanctions: PolicyPack['sanctions'],
): PopulationJudgement {
  return judgeCounts(populationCounts(window, suppression, at), sanctions);
}

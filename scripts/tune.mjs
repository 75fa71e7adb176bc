/**
 * `npm run tune -- <folder>`: error rates of the comparison on an operator's own photos. One folder per person, three or more photos
 * to enrol and at least one more to compare. Nothing leaves the machine and nothing is stored.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './steps/ensure-built.mjs';
import { ensureInstalled } from './steps/ensure-installed.mjs';
import { PlainError, runMain } from './steps/project.mjs';

const PHOTO = /\.(?:jpe?g|png|webp)$/i;
const THRESHOLDS = Array.from({ length: 17 }, (_, i) => Math.round((0.3 + i * 0.025) * 1_000) / 1_000);
/** False accepts that the suggestion allows. */
const FALSE_ACCEPT_MAX = 0.001;
const WANTED = { descriptor: true, eyes: false, sureCount: true, cleaned: false };

/** Photos of each person, by name of the folder. @param {string} folder @returns {Map<string, string[]>} */
export function photosIn(folder) {
  const people = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return new Map(
    people.map(({ name }) => [
      name,
      readdirSync(join(folder, name))
        .filter((file) => PHOTO.test(file))
        .sort()
        .map((file) => join(folder, name, file)),
    ]),
  );
}

/**
 * Enrols each person with the first photos and compares all others with everybody.
 * @param {Map<string, string[]>} people @param {(file: string) => Promise<any>} read gives a reading
 * @param {any} core compare, thresholds and quality of the server
 */
export async function distancesOf(people, read, core) {
  const { enrol, gate, descriptorDistance, FACE_THRESHOLDS: set, engine } = core;
  /** @type {Map<string, number[]>} */
  const means = new Map();
  /** @type {{ person: string, descriptor: number[] }[]} */
  const probes = [];
  /** @type {string[]} */
  const leftOut = [];
  for (const [person, files] of people) {
    const readings = [];
    for (const file of files) {
      const reading = await read(file);
      const good = gate(reading, set);
      if (typeof good === 'string') leftOut.push(`${file}: ${good}`);
      else readings.push(reading);
    }
    const enrolment = enrol(readings.slice(0, set.enrolPhotosMin), engine, set);
    if (enrolment.ok) means.set(person, enrolment.template.mean);
    else leftOut.push(`${person}: ${enrolment.problem}`);
    const rest = enrolment.ok ? readings.slice(set.enrolPhotosMin) : readings;
    for (const reading of rest) probes.push({ person, descriptor: reading.face.descriptor });
  }
  /** @type {number[]} */
  const genuine = [];
  /** @type {number[]} */
  const impostor = [];
  for (const probe of probes)
    for (const [person, mean] of means)
      (person === probe.person ? genuine : impostor).push(descriptorDistance(probe.descriptor, mean, set));
  return { genuine, impostor, enrolled: means.size, leftOut };
}

/** @param {{ hits: number, of: number, rate: number, low: number, high: number }} rate */
function rateText({ hits, of, rate, low, high }) {
  const percent = (/** @type {number} */ share) => `${(share * 100).toFixed(2)} %`;
  return `${percent(rate).padStart(9)}  (${percent(low)} – ${percent(high)}; ${hits}/${of})`;
}

/** The table and the suggestion, line by line. @param {any} rates the server's error-rates @param {number[]} genuine @param {number[]} impostor */
export function report(rates, genuine, impostor) {
  const rows = rates.rateThresholds(genuine, impostor, THRESHOLDS);
  const suggested = rates.suggestThreshold(rows, FALSE_ACCEPT_MAX);
  const last = rows.at(-1)?.falselyAccepted;
  const bound = rates.wilson(0, impostor.length).high;
  return [
    'threshold  true accepts (95 % Wilson interval)             false accepts (95 % Wilson interval)',
    ...rows.map(
      (/** @type {any} */ row) =>
        `${row.threshold.toFixed(3).padStart(9)}  ${rateText(row.accepted).padEnd(46)}  ${rateText(row.falselyAccepted)}`,
    ),
    '',
    suggested === null
      ? `No threshold keeps false accepts within ${FALSE_ACCEPT_MAX * 100} % on these photos.`
      : `Suggested: matchMax ${suggested} (false accepts within ${FALSE_ACCEPT_MAX * 100} % on these photos).`,
    `With ${impostor.length} comparisons of strangers, not even 0 would show a rate below ${(bound * 100).toFixed(2)} %.`,
    ...(last === undefined
      ? []
      : ['Comparisons share people and photos: the true intervals are wider than printed.']),
  ];
}

/** @param {string} folder */
async function tune(folder) {
  await ensureInstalled(console.log);
  await ensureBuilt(console.log);
  const [{ openFaceEngine }, compare, quality, thresholds, rates] = await Promise.all([
    import('../server/dist/adapters/face/engine.js'),
    import('../server/dist/core/identity/compare.js'),
    import('../server/dist/core/identity/quality.js'),
    import('../server/dist/core/identity/thresholds.js'),
    import('../server/dist/core/identity/error-rates.js'),
  ]);
  const engine = await openFaceEngine();
  try {
    const read = (/** @type {string} */ file) => engine.read(readFileSync(file), WANTED);
    const parts = { ...compare, ...quality, ...thresholds, engine: engine.name };
    const { genuine, impostor, enrolled, leftOut } = await distancesOf(photosIn(folder), read, parts);
    for (const line of leftOut) console.log(`left out  ${line}`);
    if (genuine.length === 0 || impostor.length === 0) {
      throw new PlainError(
        'there is nothing to compare',
        'expected two or more people with four or more photos each',
      );
    }
    console.log(`${enrolled} people enrolled; thresholds in force: ${thresholds.FACE_THRESHOLDS.id}\n`);
    for (const line of report(rates, genuine, impostor)) console.log(line);
    return 0;
  } finally {
    await engine.close();
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runMain(async () => {
    const [folder] = process.argv.slice(2);
    if (folder === undefined || !existsSync(folder)) {
      throw new PlainError(
        'no folder was given',
        'npm run tune -- <folder>; one folder per person inside of it',
      );
    }
    return await tune(folder);
  });
}

/** Platforms, courses, access keys, platform findings and bans in MongoDB. */
import type { PlatformFinding } from '@zhenxue/protocol';
import { Refusal } from '../../app/failure.ts';
import type { AccessKeyRow, BanRow, RegistryStore, Scope } from '../../app/ports.ts';
import type { Models, SanctionDoc } from './documents.ts';
import { isDuplicate } from './errors.ts';

type RegistryModels = Pick<Models, 'platforms' | 'courses' | 'keys' | 'sanctions' | 'sessions'>;

/** Other writers of one platform's findings of one kind that may come first before a writer gives up. */
const IMPOSE_TRIES_MAX = 20;

/** Writes finding and ban under the next free number, unless one of the earlier ones cites the same sitting. */
async function impose(
  { sanctions }: RegistryModels,
  finding: PlatformFinding,
  ban: BanRow,
): Promise<boolean> {
  const { platform, kind } = finding;
  const cited = new Set(finding.cites.map(({ session }) => session));
  for (let tries = 0; tries < IMPOSE_TRIES_MAX; tries += 1) {
    const before = (await sanctions.find({ platform, kind }).sort({ number: 1 }).lean()) as SanctionDoc[];
    if (before.some((old) => old.finding.cites.some(({ session }) => cited.has(session)))) return false;
    const number = (before.at(-1)?.number ?? 0) + 1;
    const doc: SanctionDoc = {
      _id: JSON.stringify([platform, kind, number]),
      ...{ platform, kind, number, finding, ban },
    };
    try {
      await sanctions.collection.insertOne(doc as never);
      return true;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
  }
  throw new Refusal('unavailable', 'store: expected fewer writers of findings against one platform at once');
}

/** Sittings per platform that match. */
async function countByPlatform(
  { sessions }: RegistryModels,
  match: Record<string, string>,
): Promise<ReadonlyMap<string, number>> {
  const rows = await sessions.aggregate<{ _id: string; count: number }>([
    { $match: match },
    { $group: { _id: '$platform', count: { $sum: 1 } } },
  ]);
  return new Map(rows.map(({ _id, count }) => [_id, count]));
}

async function listPlatforms(models: RegistryModels): ReturnType<RegistryStore['platforms']> {
  const docs = await models.platforms.find().sort({ _id: 1 }).lean();
  const sessions = await countByPlatform(models, {});
  const invalid = await countByPlatform(models, { outcome: 'invalid' });
  return docs.map(({ _id, name, listed }) => ({
    ...{ id: _id, name, listed },
    sessions: sessions.get(_id) ?? 0,
    invalid: invalid.get(_id) ?? 0,
  }));
}

async function findKey({ keys }: RegistryModels, hash: string): Promise<AccessKeyRow | null> {
  const doc = await keys.findById(hash).lean();
  if (doc === null) return null;
  const { label, platform, scopes, mode } = doc;
  // FerretDB leaves out what an upsert sets to null.
  return { hash, label, platform: platform ?? null, scopes: scopes as Scope[], mode };
}

async function listBans({ sanctions }: RegistryModels, platform: string | null): Promise<readonly BanRow[]> {
  const docs = (await sanctions.find(platform === null ? {} : { platform }).lean()) as SanctionDoc[];
  const bans = docs.map(({ ban }) => ban);
  return bans.sort((a, b) => b.imposedAt - a.imposedAt || (a.id < b.id ? 1 : -1));
}

/** @param models the collections that it needs. */
export function createRegistryStore(models: RegistryModels): RegistryStore {
  const { platforms, courses, keys } = models;
  const upsert = { upsert: true } as const;
  return {
    async putPlatform({ id, name, listed }) {
      await platforms.updateOne({ _id: id }, { $set: { name, listed } }, upsert);
    },
    async platform(id) {
      const doc = await platforms.findById(id).lean();
      return doc === null ? null : { id, name: doc.name, listed: doc.listed };
    },
    platforms: () => listPlatforms(models),
    async putCourse(platform, body) {
      const _id = JSON.stringify([platform, body.id]);
      await courses.updateOne({ _id }, { $set: { platform, id: body.id, body } }, upsert);
    },
    course: async (platform, id) => (await courses.findOne({ platform, id }).lean())?.body ?? null,
    courses: async (platform) =>
      (await courses.find({ platform }).sort({ id: 1 }).lean()).map(({ body }) => body),
    async putKey({ hash, label, platform, scopes, mode }) {
      // Owner and mode of a key never change.
      const insert = { platform, mode };
      await keys.updateOne({ _id: hash }, { $set: { label, scopes }, $setOnInsert: insert }, upsert);
    },
    key: (hash) => findKey(models, hash),
    impose: (finding, ban) => impose(models, finding, ban),
    bans: (platform) => listBans(models, platform),
  };
}

/** Platforms, their standing on a date, and the list of bans (rules §4: public). */
import type { BanView, Page, PlatformStatus, PlatformView } from '@zhenxue/protocol';
import { banInForce, localDate } from '../core/sanctions/ban-dates.ts';
import type { App } from './context.ts';
import { notFound } from './failure.ts';
import { banNow, banOn } from './platform-standing.ts';
import { type Principal, requireRegulator } from './principal.ts';

/** Every ban, newest first. */
export async function listBans(app: App): Promise<Page<BanView>> {
  const at = app.clock.now();
  const items: BanView[] = [];
  for (const ban of await app.registry.bans(null)) {
    const platformName = (await app.registry.platform(ban.platform))?.name ?? ban.platform;
    items.push({ ...ban, platformName, inForce: banInForce(ban, localDate(at, ban.zone)) });
  }
  return { items, next: null };
}

/** Every platform with its figures; for regulators. @throws Refusal `forbidden`. */
export async function listPlatforms(app: App, principal: Principal): Promise<Page<PlatformView>> {
  requireRegulator(principal);
  const items: PlatformView[] = [];
  for (const { id, name, listed, sessions, invalid } of await app.registry.platforms()) {
    const ban = await banNow(app, id);
    const term = ban === null ? null : { startsOn: ban.startsOn, endsOn: ban.endsOn };
    items.push({ id, name, listed, sessions, invalid, ban: term });
  }
  return { items, next: null };
}

/**
 * Public standing of a platform on a local date; without one, today.
 * @throws Refusal `not-found`.
 */
export async function platformStatus(app: App, platform: string, on: string | null): Promise<PlatformStatus> {
  const row = await app.registry.platform(platform);
  if (row === null) throw notFound('platform');
  const { zone } = app.pack;
  const date = on ?? localDate(app.clock.now(), zone);
  const ban = await banOn(app, platform, () => date);
  return {
    platform,
    name: row.name,
    on: date,
    zone,
    listed: row.listed,
    banned: ban !== null,
    ban: ban === null ? null : { startsOn: ban.startsOn, endsOn: ban.endsOn },
  };
}

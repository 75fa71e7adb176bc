/** May a platform open sittings today? (rules §3 `platform-registered`, §4 effect of a ban.) */
import { banInForce, localDate } from '../core/sanctions/ban-dates.ts';
import type { App } from './context.ts';
import { Refusal } from './failure.ts';
import type { BanRow, PlatformRow } from './ports.ts';

/** The part of the application that the question needs. */
export type StandingDeps = Pick<App, 'registry' | 'clock'>;

/** The ban in force on a local date, the one that lasts longest; null when there is none. */
export async function banOn(
  app: Pick<App, 'registry'>,
  platform: string,
  dateIn: (zone: string) => string,
): Promise<BanRow | null> {
  const bans = await app.registry.bans(platform);
  const inForce = bans.filter((ban) => banInForce(ban, dateIn(ban.zone)));
  return inForce.reduce<BanRow | null>((a, b) => (a === null || b.endsOn > a.endsOn ? b : a), null);
}

/** The ban in force now. */
export function banNow(app: StandingDeps, platform: string): Promise<BanRow | null> {
  const at = app.clock.now();
  return banOn(app, platform, (zone) => localDate(at, zone));
}

/** The refusal that a banned platform gets, in both languages, with the last day of the ban. */
export function bannedRefusal(ban: Pick<BanRow, 'startsOn' | 'endsOn'>): Refusal {
  const zh = `该培训平台自 ${ban.startsOn} 起被禁止开展补贴性线上培训，至 ${ban.endsOn}（含当日）止。`;
  const en = `This platform is banned from subsidised online training from ${ban.startsOn} up to and including ${ban.endsOn}.`;
  return new Refusal('platform-banned', `${zh} ${en}`, { banEndsOn: ban.endsOn });
}

/** @throws Refusal `platform-unlisted` or `platform-banned`. */
export async function requireStanding(app: StandingDeps, platform: string): Promise<PlatformRow> {
  const row = await app.registry.platform(platform);
  if (row === null || !row.listed) {
    const zh = '该培训平台未列入统一监管平台。';
    throw new Refusal('platform-unlisted', `${zh} This platform is not listed in the supervision platform.`);
  }
  const ban = await banNow(app, platform);
  if (ban !== null) throw bannedRefusal(ban);
  return row;
}

/** What an operator sets up: platforms and access keys. */
import { REF_PATTERN } from '@zhenxue/protocol';
import type { App } from './context.ts';
import { Refusal } from './failure.ts';
import { hashText } from './hash.ts';
import type { AccessKeyRow, PlatformRow } from './ports.ts';

/** Stores a platform, new or changed. @throws Refusal `invalid-request` when its id cannot stand in a URL. */
export async function putPlatform(app: Pick<App, 'registry'>, row: PlatformRow): Promise<void> {
  if (!REF_PATTERN.test(row.id)) {
    throw new Refusal('invalid-request', 'platform: expected letters, digits and . _ : - (at most 64)');
  }
  await app.registry.putPlatform(row);
}

/**
 * Stores a new access key; only its hash is kept.
 * @param key text of the key, a secret that is shown once. @throws Refusal `not-found` when its platform is not registered.
 */
export async function putAccessKey(
  app: Pick<App, 'registry'>,
  key: string,
  row: Omit<AccessKeyRow, 'hash'>,
): Promise<void> {
  if (row.platform !== null && (await app.registry.platform(row.platform)) === null) {
    throw new Refusal('not-found', 'platform: expected the id of a registered platform');
  }
  await app.registry.putKey({ ...row, hash: hashText(key) });
}

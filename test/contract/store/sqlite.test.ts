import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../../server/src/adapters/sqlite/store.ts';
import { storeContract } from './store-contract.ts';
import type { StoreUnderTest } from './store-fixtures.ts';

async function open(dir: string): Promise<StoreUnderTest> {
  const store = openSqliteStore({ file: join(dir, 'zhenxue.db') });
  return {
    ...store,
    another: async () => openSqliteStore({ file: join(dir, 'zhenxue.db') }),
    async reopen() {
      await store.close();
      return open(dir);
    },
    async destroy() {
      await store.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

storeContract('sqlite', async () => open(await mkdtemp(join(tmpdir(), 'zhenxue-store-'))));

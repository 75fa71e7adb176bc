import { afterAll, describe, it } from 'vitest';
import { openMongoStore } from '../../../server/src/adapters/mongo/store.ts';
import { MONGO_MISSING, startMongo } from '../../support/mongo.ts';
import { storeContract } from './store-contract.ts';
import type { StoreUnderTest } from './store-fixtures.ts';

if (MONGO_MISSING !== null) {
  describe('store contract: mongodb', () => {
    it('needs a server', (context) => context.skip(MONGO_MISSING ?? ''));
  });
} else {
  const server = await startMongo();
  afterAll(() => server.stop());

  async function open(uri: string): Promise<StoreUnderTest> {
    const store = await openMongoStore({ uri });
    return {
      ...store,
      another: () => openMongoStore({ uri }),
      async reopen() {
        await store.close();
        return open(uri);
      },
      async destroy() {
        await store.close();
        await server.drop(uri);
      },
    };
  }

  storeContract('mongodb', () => open(server.newDatabase()));
}

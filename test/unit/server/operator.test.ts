import { describe, expect, it } from 'vitest';
import { type Office, readCommand, UsageError } from '../../../server/src/operator.ts';

/** Writes down what it is asked for. */
function createOffice(): { office: Office; asked: unknown[] } {
  const asked: unknown[] = [];
  const office: Office = {
    async putPlatform(row) {
      asked.push(row);
    },
    async createKey(row) {
      asked.push(row);
      return 'zx_live_key';
    },
  };
  return { office, asked };
}

describe('the operator', () => {
  it('given no command, then the program serves', () => {
    expect(readCommand([])).toBeNull();
  });

  it('given a platform, then it is registered as listed unless said otherwise', async () => {
    const { office, asked } = createOffice();
    await readCommand(['add-platform', 'p1', '甲校'])?.(office);
    await readCommand(['add-platform', 'p2', '乙校', '--unlisted'])?.(office);
    expect(asked).toEqual([
      { id: 'p1', name: '甲校', listed: true },
      { id: 'p2', name: '乙校', listed: false },
    ]);
  });

  it("given a platform's or a regulator's key, then it is made with the scopes of its owner and printed", async () => {
    const { office, asked } = createOffice();
    expect(await readCommand(['add-key', '--platform', 'p1', '--test'])?.(office)).toBe('zx_live_key');
    await readCommand(['add-key', '--regulator', 'city'])?.(office);
    expect(asked).toEqual([
      { label: 'p1', platform: 'p1', scopes: ['tickets', 'courses', 'sessions:read'], mode: 'test' },
      { label: 'city', platform: null, scopes: ['regulator'], mode: 'live' },
    ]);
  });

  it.each([
    [['serve']],
    [['add-platform', 'p1']],
    [['add-platform', 'p1', 'a', 'b']],
    [['add-key']],
    [['add-key', '--platform', 'p', '--regulator', 'r']],
    [['add-key', '--no-such-option']],
  ])('given %j, then the usage is shown', (args) => {
    expect(() => readCommand(args)).toThrow(UsageError);
    expect(() => readCommand(args)).toThrow('Usage:');
  });
});

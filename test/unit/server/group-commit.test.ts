import { describe, expect, it } from 'vitest';
import { createWriter } from '../../../server/src/adapters/sqlite/group-commit.ts';

/** A connection that writes down what it is told and fails where a test wants. */
function setUp(failAt: string | null = null) {
  const log: string[] = [];
  const flushes: (() => void)[] = [];
  const failures: Error[] = [];
  const db = {
    exec(sql: string): void {
      log.push(sql);
      if (sql === failAt) throw new Error('disk I/O error');
    },
  };
  const writer = createWriter(
    db,
    (error) => failures.push(error),
    (flush) => flushes.push(flush),
  );
  const endTurn = () => {
    for (const flush of flushes.splice(0)) flush();
  };
  return { log, writer, endTurn, failures };
}

describe('group commit', () => {
  it('given changes of one turn, then they are one transaction in their order', async () => {
    const { log, writer, endTurn } = setUp();
    const results = [1, 2, 3].map((n) => writer.write(() => log.push(`change ${n}`)));
    expect(log).toEqual([]);
    endTurn();
    await Promise.all(results);
    expect(log).toEqual(['BEGIN IMMEDIATE', 'change 1', 'change 2', 'change 3', 'COMMIT']);
  });

  it('given a change whose commit has not come, then its promise is open', async () => {
    const { writer, endTurn } = setUp();
    const seen: string[] = [];
    const written = writer.write(() => 'value').then((value) => seen.push(value));
    await Promise.resolve();
    expect(seen).toEqual([]);
    endTurn();
    await written;
    expect(seen).toEqual(['value']);
  });

  it.each(['BEGIN IMMEDIATE', 'COMMIT'])(
    'given %s fails, then the group and everything after it is rejected',
    async (sql) => {
      const { log, writer, endTurn, failures } = setUp(sql);
      const group = Promise.allSettled([writer.write(() => 1), writer.write(() => 2)]);
      endTurn();
      expect((await group).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      expect(log.at(-1)).toBe('ROLLBACK');
      await expect(writer.write(() => 3)).rejects.toThrow('every commit to succeed');
      expect(writer.failure()).toBe(failures[0]);
      expect(failures.length).toBe(1);
    },
  );

  it('given one change throws, then its neighbours are not acknowledged either', async () => {
    const { writer, endTurn } = setUp();
    const neighbour = writer.write(() => 1);
    const broken = writer.write(() => {
      throw new Error('constraint failed');
    });
    endTurn();
    await expect(neighbour).rejects.toThrow();
    await expect(broken).rejects.toThrow();
  });

  it('given it is closed, then what was queued is committed and nothing more is taken', async () => {
    const { log, writer } = setUp();
    const last = writer.write(() => 'last');
    writer.close();
    expect(await last).toBe('last');
    expect(log.at(-1)).toBe('COMMIT');
    await expect(writer.write(() => 1)).rejects.toThrow('closed');
  });
});

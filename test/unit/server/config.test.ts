import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../../server/src/config/config.ts';

describe('the configuration', () => {
  it('given an empty environment, then every setting has its default', () => {
    expect(readConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 7_070,
      dataDir: './data',
      store: 'sqlite',
      mongodbUri: null,
      node: null,
      pack: 'zz-2022-2',
      demo: false,
      logLevel: 'info',
      ticketTtlMs: 120_000,
      allowedOrigins: null,
    });
  });

  it('given empty variables and foreign ones, then they do not matter', () => {
    expect(readConfig({ ZHENXUE_PORT: '', PATH: '/bin' })).toEqual(readConfig({}));
  });

  it('given values, then they are read', () => {
    const env = {
      ZHENXUE_PORT: '0',
      ZHENXUE_DEMO: '1',
      ZHENXUE_ALLOWED_ORIGINS: 'https://a.example, https://b.example:8443',
    };
    const origins = ['https://a.example', 'https://b.example:8443'];
    expect(readConfig(env)).toMatchObject({ port: 0, demo: true, allowedOrigins: origins });
  });

  it('given MongoDB, then its address is needed, and no message repeats it', () => {
    const uri = 'mongodb://someone:secret-value@db.example/zhenxue';
    expect(() => readConfig({ ZHENXUE_STORE: 'mongodb' })).toThrow(
      'ZHENXUE_MONGODB_URI: expected the address',
    );
    expect(readConfig({ ZHENXUE_STORE: 'mongodb', ZHENXUE_MONGODB_URI: uri })).toMatchObject({
      mongodbUri: uri,
    });
    expect(readConfig({ ZHENXUE_MONGODB_URI: uri }).mongodbUri).toBeNull();
  });

  it.each([
    ['ZHENXUE_PORT', '70000', 'an integer from 0 to 65535'],
    ['ZHENXUE_PORT', 'http', 'an integer from 0 to 65535'],
    ['ZHENXUE_PACK', 'secret-value', 'one of zz-2022-2, zz-2022-2-faces, demo, demo-faces'],
    ['ZHENXUE_STORE', 'postgres', 'sqlite or mongodb'],
    ['ZHENXUE_MONGODB_URI', 'http://secret-value', 'a mongodb:// or'],
    ['ZHENXUE_NODE', 'a b', 'up to 64 letters'],
    ['ZHENXUE_DEMO', 'yes', '0, 1, false or true'],
    ['ZHENXUE_LOG_LEVEL', 'loud', 'one of trace'],
    ['ZHENXUE_TICKET_TTL_MS', '-1', 'an integer from 1000'],
    ['ZHENXUE_ALLOWED_ORIGINS', 'https://a.example/path', '* or origins such as'],
  ])('given %s=%s, then the message names the variable and what was expected', (name, value, expected) => {
    expect(() => readConfig({ [name]: value })).toThrow(ConfigError);
    expect(() => readConfig({ [name]: value })).toThrow(`${name}: expected ${expected}`);
    expect(() => readConfig({ [name]: 'secret-value' })).not.toThrow('secret-value');
  });
});

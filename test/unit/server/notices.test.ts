import { CAMERA_NOTICE } from '@zhenxue/protocol';
import { describe, expect, it } from 'vitest';
import { levelOf } from '../../../server/src/app/face-subjects.ts';
import { NOTICES, noticeHash } from '../../../server/src/app/notices.ts';

describe('notices', () => {
  it('holds the text that the SDK shows, and the text of a version never changes', () => {
    expect(NOTICES.at(-1)).toBe(CAMERA_NOTICE);
    expect(noticeHash('camera-1')).toBe('xmAR1vWFkBsuEE2zw8UsDQmTyqtUN20Hbo8OQ61foEw');
  });

  it('knows the hash of its own texts and of no others', () => {
    expect(noticeHash(CAMERA_NOTICE.version)).not.toBeNull();
    expect(noticeHash('academy-2026')).toBeNull();
  });
});

describe('the number of stored faces', () => {
  it.each([
    [79_999, 'below'],
    [80_000, 'prepare'],
    [99_999, 'prepare'],
    [100_000, 'file'],
  ] as const)('given %i, then the level is %s', (subjects, level) => {
    expect(levelOf(subjects)).toBe(level);
  });
});

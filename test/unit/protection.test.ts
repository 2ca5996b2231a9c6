import { expect, test } from 'vitest';
import { whyOpen } from '../../src/ostree/protection.ts';

const closed = { mode: 0o40700, uid: 0, gid: 0 };
const usual = { mode: 0o40755, uid: 0, gid: 0 };
const message = (directories: Record<string, Partial<typeof usual>>) =>
  whyOpen('/srv/guests/mail', (path) => ({
    ...(path === '/srv/guests/mail' ? closed : usual),
    ...directories[path],
  }))?.message;

test('a sysroot that only root can enter, and nobody else can replace', () => {
  expect(message({})).toBeUndefined();
  expect(message({ '/srv': { mode: 0o41777 } })).toBeUndefined();
  expect(message({ '/srv': { mode: 0o42775 } })).toBeUndefined();
});

test.each([{ mode: 0o40755 }, { mode: 0o40710 }, { mode: 0o40701 }, { mode: 0o40700, uid: 1000 }])(
  'one that is open: %o',
  (attributes) => {
    expect(message({ '/srv/guests/mail': attributes })).toContain('/srv/guests/mail is open to users');
  },
);

test.each([{ mode: 0o40757 }, { mode: 0o40775, gid: 50 }, { uid: 1000 }])(
  'one that can be replaced: %o',
  (attributes) => {
    for (const path of ['/srv/guests', '/srv', '/'])
      expect(message({ [path]: attributes })).toContain(`${path} is writable by users`);
  },
);

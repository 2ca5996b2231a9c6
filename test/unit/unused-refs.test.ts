// What a guest's repository keeps of where its tree came from before.
import { expect, test } from 'vitest';
import { unusedRefs } from '../../src/trees/unused-refs.ts';
import { guestOf } from './read.ts';

const all = [
  'ostree-guests/staged',
  'ostree-guests/image',
  'ostree-guests/built',
  'ostree-guests/base',
  'ostree-guests/layered',
  'ostree-guests/layer/0a',
  'ostree-guests/layer/0b',
  'ostree-guests/lower/0a',
  'ostree-guests/lower/0b',
  'site:debian/12/server',
  'site:debian/13/server',
];

test.each<[string, string, string[], string[]?]>([
  ['a ref', 'Ref=site:debian/13/server', ['site:debian/13/server']],
  [
    'an image',
    'Image=docker://registry.example.org/mail:1',
    ['ostree-guests/image', 'ostree-guests/layer/0a', 'ostree-guests/lower/0b'],
    ['ostree-guests/layer/0a', 'ostree-guests/lower/0b'],
  ],
  ['a build', 'Build=mail', ['ostree-guests/built']],
  [
    'a ref with packages',
    'Ref=site:debian/12/server\n[Packages]\nInstall=postfix',
    ['site:debian/12/server', 'ostree-guests/base', 'ostree-guests/layered'],
  ],
])('%s', (_, origin, used, layers = []) => {
  const unused = unusedRefs(guestOf(`[Guest]\n${origin}\n`), all, layers);
  expect(all.filter((ref) => !unused.includes(ref)).toSorted()).toEqual(
    ['ostree-guests/staged', ...used].toSorted(),
  );
});

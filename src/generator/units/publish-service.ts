// lazy: QuickJS reads this file when one of its functions is called.
import type { Build } from '../../config/build.ts';
import type { Publication } from '../../config/publication.ts';
import { literal, type Parts } from './unit-text.ts';
import { ownLines } from './verbatim-lines.ts';

/** Completes ostree-guest-publish@.service with the repository and the keys. */
export const publishService = (build: Build, { repository, gpgKey, ed25519Key }: Publication): Parts => ({
  unit: [
    `Description=Publish ${literal(build.description)}`,
    `RequiresMountsFor=${repository}`,
    ...ownLines(build, 'Unit', (key) => key === 'OnFailure'),
  ],
  service: [
    // The service says what is missing.
    `BindPaths=-${repository}`,
    ...(gpgKey === undefined ? [] : [`LoadCredential=gpg-key:${gpgKey}`]),
    ...(ed25519Key === undefined ? [] : [`LoadCredential=ed25519-key:${ed25519Key}`]),
  ],
});

/** Lets a successful run of the build start the publishing, and lets no run replace commits while they are published. */
export const publishAfterwards = ({ name }: Build): string[] => {
  const unit = `ostree-guest-publish@${name}.service`;
  return [`OnSuccess=${unit}`, `After=${unit}`];
};

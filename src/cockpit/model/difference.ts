// What an update changes, in words.
import type { ToldDifference, ToldEnd, ToldFile, ToldPackage, ToldUnitChange } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import type { Badge } from './row.ts';

const nameOf = ({ checksum, version }: ToldEnd): string => `${version ?? ''} ${checksum.slice(0, 12)}`.trim();

export const differenceTitle = ({ from, to }: ToldDifference): string =>
  t('From {from} to {to}', { from: nameOf(from), to: nameOf(to) });

export const filesTitle = ({ files }: ToldDifference): string =>
  files.length === 1 ? t('One file changes') : t('{count} files change', { count: files.length });

export function changeBadge(
  change: ToldPackage['change'] | ToldFile['change'] | ToldUnitChange['change'],
): Badge {
  switch (change) {
    case 'created':
    case 'added':
      return { text: t('added'), colour: 'green' };
    case 'removed':
      return { text: t('removed'), colour: 'red' };
    case 'upgraded':
      return { text: t('upgraded'), colour: 'blue' };
    case 'downgraded':
      return { text: t('downgraded'), colour: 'orange' };
    case 'changed':
      return { text: t('changed'), colour: 'blue' };
  }
}

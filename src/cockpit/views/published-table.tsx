import { Button } from '@patternfly/react-core';
import { Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { cockpit } from '../bridge/cockpit.ts';
import type { PublishedRef, SiteWork } from '../model/site.ts';
import { t } from '../words/translate.ts';
import { ReadTable } from './read-table.tsx';
import type { SiteKind } from './use-site.ts';

interface RefWithSource extends PublishedRef {
  /** What offers it. */
  readonly kind: SiteKind;
  readonly name: string;
}

/** What builds or mirrors offer. */
export const offersOf = (kind: SiteKind, works: readonly SiteWork[]): readonly RefWithSource[] =>
  works.flatMap(({ name, published }) => published.map((one) => ({ ...one, kind, name })));

interface TableProps {
  readonly offers: readonly RefWithSource[];
  /** True if they are of several builds or mirrors. */
  readonly namesSource: boolean;
}

/** Refs that other hosts can pull. */
export const PublishedTable = ({ offers, namesSource }: TableProps) => (
  <ReadTable label={t('Published')}>
    <Thead>
      <Tr>
        <Th modifier="nowrap">{t('Ref')}</Th>
        <Th modifier="nowrap">{t('Commit')}</Th>
        <Th modifier="nowrap">{t('Offered since')}</Th>
        <Th modifier="nowrap">{t('Repository')}</Th>
        {namesSource && <Th modifier="nowrap">{t('By')}</Th>}
        <Th modifier="nowrap">{t('Notes')}</Th>
      </Tr>
    </Thead>
    <Tbody>
      {offers.map(({ ref, commit, since, repository, kind, name, note }) => (
        <Tr key={`${kind} ${name} ${ref}`}>
          <Td dataLabel={t('Ref')}>
            <bdi>{ref}</bdi>
          </Td>
          <Td dataLabel={t('Commit')}>
            <bdi>{commit || t('nothing yet')}</bdi>
          </Td>
          <Td dataLabel={t('Offered since')}>{since}</Td>
          <Td dataLabel={t('Repository')}>
            <bdi>{repository}</bdi>
          </Td>
          {namesSource && (
            <Td dataLabel={t('By')}>
              <Button variant="link" isInline onClick={() => cockpit.location.go([kind, name])}>
                {kind === 'builds' ? t('build {name}', { name }) : t('mirror {name}', { name })}
              </Button>
            </Td>
          )}
          <Td dataLabel={t('Notes')}>{note}</Td>
        </Tr>
      ))}
    </Tbody>
  </ReadTable>
);

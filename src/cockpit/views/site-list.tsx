import { Alert, Button, EmptyState, EmptyStateBody, Spinner, Title } from '@patternfly/react-core';
import { Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { cockpit } from '../bridge/cockpit.ts';
import { isNamed } from '../model/named.ts';
import type { SiteWork } from '../model/site.ts';
import type { ToldBroken } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { ActionButtons } from './action-buttons.tsx';
import { BadgeLabel } from './badges.tsx';
import { Failure } from './failure.tsx';
import { ReadTable } from './read-table.tsx';
import { type SiteKind, useSite } from './use-site.ts';

/** All builds or all mirrors of this host. */
export function SiteList({ kind }: { readonly kind: SiteKind }) {
  const { works, failure, broken } = useSite(kind);
  const title = kind === 'builds' ? t('Builds') : t('Mirrors');
  return (
    <>
      <Title className="heading" headingLevel="h1" size="2xl">
        {title}
      </Title>
      {failure && <Failure text={failure} />}
      {broken.length > 0 && (
        <Alert isInline component="h2" variant="warning" title={t('Some files have mistakes')}>
          <pre className="said">{broken.flatMap(({ mistakes }) => mistakes).join('\n')}</pre>
          <WaysToFiles kind={kind} broken={broken} />
        </Alert>
      )}
      {!works && !failure && <Spinner aria-label={t('Loading')} />}
      {works?.length === 0 && <Nothing kind={kind} />}
      {works && works.length > 0 && <SiteTable kind={kind} title={title} works={works} />}
    </>
  );
}

/** The ways to the files with mistakes: these are not in the table. */
const WaysToFiles = ({ kind, broken }: { readonly kind: SiteKind; readonly broken: readonly ToldBroken[] }) =>
  broken.filter(isNamed).map(({ name }) => (
    <Button key={name} variant="link" onClick={() => cockpit.location.go([kind, name, 'file'])}>
      {t('Open the file of {name}', { name })}
    </Button>
  ));

const Nothing = ({ kind }: { readonly kind: SiteKind }) =>
  kind === 'builds' ? (
    <EmptyState titleText={t('No build is declared')} headingLevel="h2">
      <EmptyStateBody>
        {t(
          'A build makes the tree of guests on this host. A guest that is created from a template brings one.',
        )}
      </EmptyStateBody>
    </EmptyState>
  ) : (
    <EmptyState titleText={t('No mirror is declared')} headingLevel="h2">
      <EmptyStateBody>
        {t(
          'A mirror offers the refs of another repository to the hosts of this site: ostree-guests.mirror(5)',
        )}
      </EmptyStateBody>
    </EmptyState>
  );

interface TableProps {
  readonly kind: SiteKind;
  readonly title: string;
  readonly works: readonly SiteWork[];
}

const SiteTable = ({ kind, title, works }: TableProps) => (
  <ReadTable label={title}>
    <Thead>
      <Tr>
        <Th modifier="nowrap">{t('Name')}</Th>
        <Th modifier="nowrap">{t('State')}</Th>
        <Th modifier="nowrap">{t('Last run')}</Th>
        <Th modifier="nowrap">{t('Published')}</Th>
        <Th screenReaderText={t('Actions')} />
      </Tr>
    </Thead>
    <Tbody>
      {works.map((work) => (
        <SiteLine key={work.name} kind={kind} work={work} />
      ))}
    </Tbody>
  </ReadTable>
);

const SiteLine = ({ kind, work }: { readonly kind: SiteKind; readonly work: SiteWork }) => (
  <Tr data-work={work.name}>
    <Td dataLabel={t('Name')}>
      <Button variant="link" isInline onClick={() => cockpit.location.go([kind, work.name])}>
        {work.name}
      </Button>
      {work.description && (
        <div className="described">
          <bdi>{work.description}</bdi>
        </div>
      )}
    </Td>
    <Td dataLabel={t('State')}>
      <BadgeLabel badge={work.state} />
      {work.failure && <div className="described">{work.failure.split('\n')[0]}</div>}
    </Td>
    <Td dataLabel={t('Last run')}>{work.ran}</Td>
    <Td dataLabel={t('Published')}>
      {work.published.map(({ ref, commit, note }) => (
        <div key={ref}>
          <bdi>{ref}</bdi> <bdi className="described">{commit}</bdi>
          {note && <div className="described">{note}</div>}
        </div>
      ))}
    </Td>
    <Td>
      <ActionButtons of={work.units[0]} actions={[work.action]} />
    </Td>
  </Tr>
);

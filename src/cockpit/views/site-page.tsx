import { Alert, Card, CardBody, CardTitle, EmptyState, PageSection, Spinner } from '@patternfly/react-core';
import type { SiteWork } from '../model/site.ts';
import { t } from '../words/translate.ts';
import { ActionButtons } from './action-buttons.tsx';
import { FactsCard } from './facts-card.tsx';
import { Journal, journalOptions } from './journal.tsx';
import { Heading, WayBack } from './page-head.tsx';
import { offersOf, PublishedTable } from './published-table.tsx';
import { type SiteKind, useSite } from './use-site.ts';

interface SiteProps {
  readonly kind: SiteKind;
  readonly name: string;
}

/** One build or mirror: what it publishes, and its journal. */
export function SitePage({ kind, name }: SiteProps) {
  const { works, failure } = useSite(kind);
  const work = works?.find((one) => one.name === name);
  return (
    <PageSection>
      <WayBack name={name} list={kind === 'builds' ? t('Builds') : t('Mirrors')} path={[kind]} />
      {failure && <Alert isInline variant="danger" title={failure} />}
      {!works && !failure && <Spinner aria-label={t('Loading')} />}
      {works && !work && <EmptyState titleText={t('{name} is not declared', { name })} headingLevel="h1" />}
      {work && <Work kind={kind} work={work} />}
    </PageSection>
  );
}

const Work = ({ kind, work }: { readonly kind: SiteKind; readonly work: SiteWork }) => (
  <>
    <Heading name={work.name} state={work.state}>
      <ActionButtons of={work.units[0]} actions={[work.action]} />
    </Heading>
    <div className="cards">
      {work.failure && (
        <Alert isInline component="h2" variant="danger" title={t('The last run failed')}>
          <pre className="said">{work.failure}</pre>
        </Alert>
      )}
      <FactsCard facts={work.facts} />
      {work.published.length > 0 && (
        <Card isCompact>
          <CardTitle component="h2">{t('Published')}</CardTitle>
          <CardBody>
            <PublishedTable offers={offersOf(kind, [work])} namesSource={false} />
          </CardBody>
        </Card>
      )}
      <Card isCompact>
        <CardTitle component="h2">{t('Journal')}</CardTitle>
        <CardBody>
          <Journal
            key={work.units.join()}
            command={[
              'journalctl',
              ...journalOptions,
              '--follow',
              ...work.units.map((unit) => `--unit=${unit}`),
            ]}
          />
        </CardBody>
      </Card>
    </div>
  </>
);

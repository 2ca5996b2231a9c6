import { EmptyState, EmptyStateBody, Spinner, Title } from '@patternfly/react-core';
import { t } from '../words/translate.ts';
import { Failure } from './failure.tsx';
import { offersOf, PublishedTable } from './published-table.tsx';
import { useSite } from './use-site.ts';

/** What other hosts can pull from this one, and which build or mirror offers it. */
export function PublishedList() {
  const builds = useSite('builds');
  const mirrors = useSite('mirrors');
  const failure = builds.failure ?? mirrors.failure;
  const isKnown = builds.works && mirrors.works;
  const offers = [...offersOf('builds', builds.works ?? []), ...offersOf('mirrors', mirrors.works ?? [])];
  return (
    <>
      <Title className="heading" headingLevel="h1" size="2xl">
        {t('Published')}
      </Title>
      {failure && <Failure text={failure} />}
      {!isKnown && !failure && <Spinner aria-label={t('Loading')} />}
      {isKnown && offers.length === 0 && (
        <EmptyState titleText={t('Nothing is published')} headingLevel="h2">
          <EmptyStateBody>
            {t('Builds with a section [Publish], and mirrors, offer trees to other hosts.')}
          </EmptyStateBody>
        </EmptyState>
      )}
      {offers.length > 0 && <PublishedTable offers={offers} namesSource />}
    </>
  );
}

import { Alert, Card, CardBody, CardTitle, PageSection, Spinner } from '@patternfly/react-core';
import { cockpit } from '../bridge/cockpit.ts';
import { type EditedDeclaration, fileWords } from '../model/edited-file.ts';
import type { SiteWork } from '../model/site.ts';
import { t } from '../words/translate.ts';
import { ActionButtons } from './action-buttons.tsx';
import { FactsCard } from './facts-card.tsx';
import { Failure } from './failure.tsx';
import { FileTab } from './file-tab.tsx';
import { Journal, journalOptions } from './journal.tsx';
import { Heading, WayBack } from './page-head.tsx';
import { offersOf, PublishedTable } from './published-table.tsx';
import { Tabbed } from './tabbed.tsx';
import { TimersCard } from './timers-card.tsx';
import { type SiteKind, useSite } from './use-site.ts';

interface SiteProps {
  readonly kind: SiteKind;
  readonly name: string;
  readonly tab: string | undefined;
}

/** One build or mirror: what it publishes, its journal, and its file. A file with mistakes is all that there is of one. */
export function SitePage({ kind, name, tab }: SiteProps) {
  const { works, failure } = useSite(kind);
  const work = works?.find((one) => one.name === name);
  return (
    <PageSection>
      <WayBack name={name} list={kind === 'builds' ? t('Builds') : t('Mirrors')} path={[kind]} />
      <Heading name={name} state={work?.state}>
        {work && <ActionButtons of={work.units[0]} actions={[work.action]} />}
      </Heading>
      {failure && <Failure text={failure} />}
      {!works && !failure && <Spinner aria-label={t('Loading')} />}
      {works && <WorkTabs kind={kind} name={name} work={work} tab={tab} />}
    </PageSection>
  );
}

function WorkTabs({ kind, name, work, tab }: SiteProps & { readonly work: SiteWork | undefined }) {
  const declaration: EditedDeclaration = { kind: kind === 'builds' ? 'build' : 'mirror', name };
  const file = {
    id: 'file',
    title: fileWords(declaration),
    content: <FileTab key={name} declaration={declaration} />,
  };
  if (!work) return file.content;
  const overview = {
    id: 'overview',
    title: t('Overview'),
    content: <WorkOverview kind={kind} work={work} />,
  };
  return (
    <Tabbed
      label={name}
      shown={tab}
      tabs={[overview, file]}
      onSelect={(id) => cockpit.location.go([kind, name, id])}
    />
  );
}

const WorkOverview = ({ kind, work }: { readonly kind: SiteKind; readonly work: SiteWork }) => (
  <div className="cards">
    {work.failure && (
      <Alert isInline component="h2" variant="danger" title={t('The last run failed')}>
        <pre className="said">{work.failure}</pre>
      </Alert>
    )}
    <FactsCard facts={work.facts} />
    <TimersCard of={work.units[0]} timers={work.timers} />
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
);

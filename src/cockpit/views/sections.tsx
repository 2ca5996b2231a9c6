import { PageSection } from '@patternfly/react-core';
import { cockpit } from '../bridge/cockpit.ts';
import { t } from '../words/translate.ts';
import { GuestList } from './guest-list.tsx';
import { PublishedList } from './published-list.tsx';
import { SiteList } from './site-list.tsx';
import { Tabbed } from './tabbed.tsx';

/** Everything of a kind on this host: a tab for each kind. */
export const Sections = ({ section }: { readonly section: string | undefined }) => (
  <PageSection>
    <Tabbed
      label={t('OSTree guests')}
      shown={section}
      tabs={[
        { id: 'guests', title: t('Guests'), content: <GuestList /> },
        { id: 'builds', title: t('Builds'), content: <SiteList key="builds" kind="builds" /> },
        { id: 'mirrors', title: t('Mirrors'), content: <SiteList key="mirrors" kind="mirrors" /> },
        { id: 'published', title: t('Published'), content: <PublishedList /> },
      ]}
      onSelect={(id) => cockpit.location.go(id === 'guests' ? [] : [id])}
    />
  </PageSection>
);

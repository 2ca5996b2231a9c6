import { PageSection, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import type { ReactNode } from 'react';
import { cockpit } from '../bridge/cockpit.ts';
import { t } from '../words/translate.ts';
import { GuestList } from './guest-list.tsx';
import { PublishedList } from './published-list.tsx';
import { SiteList } from './site-list.tsx';

interface Section {
  readonly id: string;
  readonly title: string;
  readonly content: ReactNode;
}

const sections = (): readonly [Section, ...Section[]] => [
  { id: 'guests', title: t('Guests'), content: <GuestList /> },
  { id: 'builds', title: t('Builds'), content: <SiteList key="builds" kind="builds" /> },
  { id: 'mirrors', title: t('Mirrors'), content: <SiteList key="mirrors" kind="mirrors" /> },
  { id: 'published', title: t('Published'), content: <PublishedList /> },
];

/** Everything of a kind on this host: a tab for each kind. */
export function Sections({ section }: { readonly section: string | undefined }) {
  const all = sections();
  const current = all.find(({ id }) => id === section) ?? all[0];
  return (
    <PageSection>
      <Tabs
        activeKey={current.id}
        aria-label={t('OSTree guests')}
        onSelect={(_, key) => cockpit.location.go(key === all[0].id ? [] : [String(key)])}
      >
        {all.map(({ id, title }) => (
          <Tab
            key={id}
            eventKey={id}
            tabContentId={`tab-${id}`}
            title={<TabTitleText>{title}</TabTitleText>}
          />
        ))}
      </Tabs>
      <section className="tab" id={`tab-${current.id}`} aria-label={current.title}>
        {current.content}
      </section>
    </PageSection>
  );
}

import {
  Breadcrumb,
  BreadcrumbItem,
  Button,
  Flex,
  PageSection,
  Tab,
  Tabs,
  TabTitleText,
  Title,
} from '@patternfly/react-core';
import type { ReactNode } from 'react';
import { cockpit } from '../bridge/cockpit.ts';
import { stateBadge } from '../model/row.ts';
import type { ToldGuest } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { BadgeLabel } from './badges.tsx';
import { FileTab } from './file-tab.tsx';
import { GuestActions } from './guest-actions.tsx';
import { JournalTab } from './journal-tab.tsx';
import { OverviewTab } from './overview-tab.tsx';
import { ResourcesTab } from './resources-tab.tsx';
import { TerminalTab } from './terminal-tab.tsx';
import { TimelineTab } from './timeline-tab.tsx';

interface GuestTab {
  readonly id: string;
  readonly title: string;
  readonly content: (guest: ToldGuest) => ReactNode;
}

const tabs = (): readonly GuestTab[] => [
  { id: 'overview', title: t('Overview'), content: (guest) => <OverviewTab guest={guest} /> },
  { id: 'file', title: t('Guest file'), content: ({ name }) => <FileTab key={name} guest={name} /> },
  { id: 'history', title: t('History'), content: ({ name }) => <TimelineTab guest={name} /> },
  {
    id: 'journal',
    title: t('Journal'),
    content: ({ name, state }) => <JournalTab guest={name} isRunning={state === 'running'} />,
  },
  {
    id: 'resources',
    title: t('Resources'),
    content: ({ name, state }) => <ResourcesTab key={name} guest={name} isRunning={state === 'running'} />,
  },
  {
    id: 'terminal',
    title: t('Terminal'),
    content: ({ name, state }) => <TerminalTab key={name} guest={name} isRunning={state === 'running'} />,
  },
];

/** One guest: a tab for each thing that is to be known of it. */
export function GuestPage({ guest, tab }: { readonly guest: ToldGuest; readonly tab: string | undefined }) {
  const all = tabs();
  const current = all.find(({ id }) => id === tab) ?? all[0];
  const { name } = guest;
  return (
    <PageSection>
      <Breadcrumb>
        <BreadcrumbItem>
          <Button variant="link" isInline onClick={() => cockpit.location.go([])}>
            {t('OSTree guests')}
          </Button>
        </BreadcrumbItem>
        <BreadcrumbItem isActive>{name}</BreadcrumbItem>
      </Breadcrumb>
      <Flex className="heading" justifyContent={{ default: 'justifyContentSpaceBetween' }}>
        <Flex alignItems={{ default: 'alignItemsCenter' }}>
          <Title headingLevel="h1" size="2xl">
            {name}
          </Title>
          <BadgeLabel badge={stateBadge(guest)} />
        </Flex>
        <GuestActions guest={guest} buttons={3} />
      </Flex>
      <Tabs
        activeKey={current?.id ?? ''}
        aria-label={name}
        onSelect={(_, key) => cockpit.location.go(['guest', name, String(key)])}
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
      <section className="tab" id={`tab-${current?.id}`} aria-label={current?.title}>
        {current?.content(guest)}
      </section>
    </PageSection>
  );
}

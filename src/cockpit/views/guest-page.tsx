import { PageSection } from '@patternfly/react-core';
import { cockpit } from '../bridge/cockpit.ts';
import { stateBadge } from '../model/row.ts';
import type { ToldGuest } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { FileTab } from './file-tab.tsx';
import { GuestActions } from './guest-actions.tsx';
import { JournalTab } from './journal-tab.tsx';
import { OverviewTab } from './overview-tab.tsx';
import { Heading, WayBack } from './page-head.tsx';
import { ResourcesTab } from './resources-tab.tsx';
import { Tabbed, type TabWish } from './tabbed.tsx';
import { TerminalTab } from './terminal-tab.tsx';
import { TimelineTab } from './timeline-tab.tsx';

function tabsOf(guest: ToldGuest): readonly [TabWish, ...TabWish[]] {
  const { name, state } = guest;
  const isRunning = state === 'running';
  return [
    { id: 'overview', title: t('Overview'), content: <OverviewTab guest={guest} /> },
    {
      id: 'file',
      title: t('Guest file'),
      content: <FileTab key={name} declaration={{ kind: 'guest', name }} />,
    },
    { id: 'history', title: t('History'), content: <TimelineTab guest={name} /> },
    { id: 'journal', title: t('Journal'), content: <JournalTab guest={name} isRunning={isRunning} /> },
    {
      id: 'resources',
      title: t('Resources'),
      content: <ResourcesTab key={name} guest={name} isRunning={isRunning} />,
    },
    {
      id: 'terminal',
      title: t('Terminal'),
      content: <TerminalTab key={name} guest={name} isRunning={isRunning} />,
    },
  ];
}

/** One guest: a tab for each thing that is to be known of it. */
export function GuestPage({ guest, tab }: { readonly guest: ToldGuest; readonly tab: string | undefined }) {
  const { name } = guest;
  return (
    <PageSection>
      <WayBack name={name} list={t('OSTree guests')} path={[]} />
      <Heading name={name} state={stateBadge(guest)}>
        <GuestActions guest={guest} buttons={3} />
      </Heading>
      <Tabbed
        label={name}
        shown={tab}
        tabs={tabsOf(guest)}
        onSelect={(id) => cockpit.location.go(['guest', name, id])}
      />
    </PageSection>
  );
}

import { Alert, Page, PageSection } from '@patternfly/react-core';
import { t } from '../words/translate.ts';
import { GuestPage } from './guest-page.tsx';
import { useGuests, usePath } from './hooks.ts';
import { Sections } from './sections.tsx';
import { SitePage } from './site-page.tsx';
import { TaskAlerts } from './task-alerts.tsx';

export function App() {
  return (
    <Page isContentFilled className="no-masthead-sidebar">
      <PageSection className="alerts">
        <Warnings />
        <TaskAlerts />
      </PageSection>
      <Place />
    </Page>
  );
}

/** What the address names: a guest, a build or a mirror, or all of a kind. */
function Place() {
  const { guests } = useGuests();
  const [kind, name, tab] = usePath();
  const guest = kind === 'guest' ? guests?.find((one) => one.name === name) : undefined;
  if (guest) return <GuestPage guest={guest} tab={tab} />;
  if (name !== undefined && (kind === 'builds' || kind === 'mirrors'))
    return <SitePage kind={kind} name={name} tab={tab} />;
  return <Sections section={kind} />;
}

/** What keeps this user from seeing or doing everything. */
function Warnings() {
  const { failure, isAdmin } = useGuests();
  return (
    <>
      {failure !== undefined && (
        <Alert isInline variant="danger" title={t('guestctl does not answer')}>
          {failure}
        </Alert>
      )}
      {isAdmin === false && (
        <Alert isInline variant="info" title={t('You have limited access')}>
          {t(
            'You see which guests there are and whether they run. To see their versions, and to change anything, turn on administrative access.',
          )}
        </Alert>
      )}
    </>
  );
}

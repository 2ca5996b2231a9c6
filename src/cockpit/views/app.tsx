import { Alert, Page, PageSection } from '@patternfly/react-core';
import { isNamed } from '../model/named.ts';
import { t } from '../words/translate.ts';
import { Boundary } from './boundary.tsx';
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
      <SafePlace />
    </Page>
  );
}

/** Each answer of guestctl, and each place, may be one that can be drawn again. */
function SafePlace() {
  const { round } = useGuests();
  return (
    <Boundary of={`${usePath().join('/')} ${round}`}>
      <Place />
    </Boundary>
  );
}

/** What the address names: a guest, a build or a mirror, or all of a kind. */
function Place() {
  const { guests } = useGuests();
  const [kind, name, tab] = usePath();
  const guest = kind === 'guest' ? guests?.find((one) => one.name === name && isNamed(one)) : undefined;
  if (guest) return <GuestPage guest={guest} tab={tab} />;
  if (name !== undefined && isNamed({ name }) && (kind === 'builds' || kind === 'mirrors'))
    return <SitePage kind={kind} name={name} tab={tab} />;
  const isMissing = kind === 'guest' && name !== undefined && guests !== undefined;
  return (
    <>
      {isMissing && <Missing name={name} />}
      <Sections section={kind} />
    </>
  );
}

/** It was removed or renamed, or the address is wrong. */
const Missing = ({ name }: { readonly name: string }) => (
  <PageSection>
    <Alert
      isInline
      component="h2"
      variant="info"
      title={t('There is no guest {name} on this host', { name })}
    />
  </PageSection>
);

/** What keeps this user from seeing or doing everything. */
function Warnings() {
  const { failure, isAdmin } = useGuests();
  return (
    <>
      {failure !== undefined && (
        <Alert isInline variant="danger" title={t('guestctl does not answer')}>
          <pre className="said">{failure}</pre>
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

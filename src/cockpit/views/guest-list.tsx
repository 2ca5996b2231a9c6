import { Button, EmptyState, EmptyStateBody, Flex, Spinner, Title } from '@patternfly/react-core';
import { Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useState } from 'react';
import { cockpit } from '../bridge/cockpit.ts';
import { isNamed } from '../model/named.ts';
import { summaryOf } from '../model/row.ts';
import { progressOf } from '../model/unit-signals.ts';
import type { ToldGuest } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { BadgeLabel, Badges } from './badges.tsx';
import { CreateModal } from './create-modal.tsx';
import { GuestActions } from './guest-actions.tsx';
import { language, useGuests } from './hooks.ts';
import { ImportButton } from './import-button.tsx';
import { ReadTable } from './read-table.tsx';
import { UsageCells } from './usage-cells.tsx';

/** All guests of the host. */
export function GuestList() {
  const { guests, isAdmin } = useGuests();
  const [isCreating, setCreating] = useState(false);
  return (
    <>
      <Flex className="heading" justifyContent={{ default: 'justifyContentSpaceBetween' }}>
        <Title headingLevel="h1" size="2xl">
          {t('OSTree guests')}
        </Title>
        {isAdmin !== false && (
          <Flex gap={{ default: 'gapSm' }}>
            <Button onClick={() => setCreating(true)}>{t('Create a guest')}</Button>
            <ImportButton />
          </Flex>
        )}
      </Flex>
      {isCreating && <CreateModal onClose={() => setCreating(false)} />}
      {guests === undefined ? (
        <Spinner aria-label={t('Loading')} />
      ) : guests.length === 0 ? (
        <NoGuests />
      ) : (
        <GuestTable guests={guests} />
      )}
    </>
  );
}

const NoGuests = () => (
  <EmptyState titleText={t('No guest is declared')} headingLevel="h2">
    <EmptyStateBody>{t('A guest is a machine whose tree OSTree keeps up to date.')}</EmptyStateBody>
  </EmptyState>
);

function GuestTable({ guests }: { readonly guests: readonly ToldGuest[] }) {
  return (
    <ReadTable label={t('OSTree guests')} gridBreakPoint="grid-lg">
      <Thead>
        <Tr>
          <Th modifier="nowrap">{t('Guest')}</Th>
          <Th modifier="nowrap">{t('State')}</Th>
          <Th modifier="nowrap">{t('Version')}</Th>
          <Th modifier="nowrap">{t('CPU')}</Th>
          <Th modifier="nowrap">{t('Memory')}</Th>
          <Th modifier="wrap">{t('Disk, of its own')}</Th>
          <Th modifier="nowrap">{t('Next')}</Th>
          <Th modifier="nowrap">{t('Notes')}</Th>
          <Th screenReaderText={t('Actions')} />
        </Tr>
      </Thead>
      <Tbody>
        {guests.map((guest) => (
          <GuestLine key={guest.name} guest={guest} />
        ))}
      </Tbody>
    </ReadTable>
  );
}

function GuestLine({ guest }: { readonly guest: ToldGuest }) {
  const { name, description, state, version, next, notes } = summaryOf(guest, new Date(), language());
  const progress = progressOf(name, useGuests().progress);
  return (
    <Tr data-guest={name}>
      <Td dataLabel={t('Guest')}>
        {isNamed(guest) ? (
          <Button variant="link" isInline onClick={() => cockpit.location.go(['guest', name])}>
            {name}
          </Button>
        ) : (
          <bdi>{name}</bdi>
        )}
        {description && (
          <div className="described">
            <bdi>{description}</bdi>
          </div>
        )}
      </Td>
      <Td dataLabel={t('State')}>
        <BadgeLabel badge={state} />
      </Td>
      <Td dataLabel={t('Version')}>
        <bdi>{version}</bdi>
      </Td>
      <UsageCells guest={guest} />
      <Td dataLabel={t('Next')}>
        {next}
        {progress && <div className="described">{progress}</div>}
      </Td>
      <Td dataLabel={t('Notes')}>
        <Badges badges={notes} of={t('Notes on {name}', { name })} />
      </Td>
      <Td>
        <GuestActions guest={guest} buttons={1} />
      </Td>
    </Tr>
  );
}

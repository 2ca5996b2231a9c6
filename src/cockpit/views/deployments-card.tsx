import { Button, Card, CardBody, CardTitle, Flex, Spinner } from '@patternfly/react-core';
import { Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useState } from 'react';
import { ask } from '../bridge/run-guestctl.ts';
import { deploymentRow, type ShownDeployment } from '../model/deployment-row.ts';
import type { ToldGuest } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { ActionButtons } from './action-buttons.tsx';
import { Badges } from './badges.tsx';
import { DiffModal } from './diff-modal.tsx';
import { Failure } from './failure.tsx';
import { language, useAnswer, useGuests } from './hooks.ts';
import { ReadTable } from './read-table.tsx';

/** The roots that a guest can boot. */
export function DeploymentsCard({ guest }: { readonly guest: ToldGuest }) {
  const { round } = useGuests();
  const { name } = guest;
  const { answer, failure } = useAnswer(() => ask('deployments', [name]), `${name} ${round}`);
  return (
    <Card isCompact>
      <CardTitle component="h2">{t('Deployments')}</CardTitle>
      <CardBody>
        {failure && <Failure text={failure} variant="warning" />}
        {!answer && !failure && <Spinner aria-label={t('Loading')} />}
        {answer && (
          <DeploymentTable
            guest={guest}
            rows={answer.map((deployment) => deploymentRow(guest, deployment, language()))}
          />
        )}
      </CardBody>
    </Card>
  );
}

interface TableProps {
  readonly guest: ToldGuest;
  readonly rows: readonly ShownDeployment[];
}

function DeploymentTable({ guest, rows }: TableProps) {
  const [compared, setCompared] = useState<readonly string[]>();
  const [newest] = rows;
  return (
    <>
      <ReadTable label={t('Deployments')}>
        <DeploymentHead />
        <Tbody>
          {rows.map((row) => (
            <Tr key={row.id} data-deployment={row.id}>
              <Td dataLabel={t('Version')}>
                <bdi>{row.name}</bdi>
                <div className="described">
                  <bdi>{row.title}</bdi>
                </div>
              </Td>
              <Td dataLabel={t('State')}>
                <Badges badges={row.badges} of={t('State of {name}', { name: row.name })} />
              </Td>
              <Td dataLabel={t('Disk, of its own')}>
                <bdi>{row.size}</bdi>
              </Td>
              <Td>
                <Flex gap={{ default: 'gapSm' }} flexWrap={{ default: 'wrap', md: 'nowrap' }}>
                  <ActionButtons of={guest.name} actions={row.actions} />
                  {newest && row !== newest && (
                    <Button size="sm" variant="link" onClick={() => setCompared([row.id, newest.id])}>
                      {t('Changes since')}
                    </Button>
                  )}
                </Flex>
              </Td>
            </Tr>
          ))}
        </Tbody>
      </ReadTable>
      {compared && <DiffModal guest={guest.name} between={compared} onClose={() => setCompared(undefined)} />}
    </>
  );
}

const DeploymentHead = () => (
  <Thead>
    <Tr>
      <Th modifier="nowrap">{t('Version')}</Th>
      <Th modifier="nowrap">{t('State')}</Th>
      <Th modifier="wrap">{t('Disk, of its own')}</Th>
      <Th screenReaderText={t('Actions')} />
    </Tr>
  </Thead>
);

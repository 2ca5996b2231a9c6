import { Card, CardBody, CardTitle } from '@patternfly/react-core';
import { Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { ShownTimer } from '../model/timers.ts';
import { t } from '../words/translate.ts';
import { ActionButtons } from './action-buttons.tsx';
import { ReadTable } from './read-table.tsx';

interface TimersProps {
  /** A guest, or the unit of a build or mirror. */
  readonly of: string;
  readonly timers: readonly ShownTimer[];
}

/** What happens by itself, and when next. */
export const TimersCard = ({ of, timers }: TimersProps) => (
  <Card isCompact>
    <CardTitle component="h2">{t('Timers')}</CardTitle>
    <CardBody>
      <ReadTable label={t('Timers')}>
        <Thead>
          <Tr>
            <Th>{t('Timer')}</Th>
            <Th>{t('Enabled')}</Th>
            <Th>{t('Next')}</Th>
            <Th screenReaderText={t('Actions')} />
          </Tr>
        </Thead>
        <Tbody>
          {timers.map(({ unit, title, isEnabled, next, action }) => (
            <Tr key={unit} data-timer={unit}>
              <Td dataLabel={t('Timer')}>{title}</Td>
              <Td dataLabel={t('Enabled')}>{isEnabled ? t('yes') : t('no')}</Td>
              <Td dataLabel={t('Next')}>{next}</Td>
              <Td isActionCell>
                <ActionButtons of={of} actions={[action]} />
              </Td>
            </Tr>
          ))}
        </Tbody>
      </ReadTable>
    </CardBody>
  </Card>
);

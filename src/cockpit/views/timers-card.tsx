import { Card, CardBody, CardTitle } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { timersOf } from '../model/timers.ts';
import type { ToldGuest } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { ActionButtons } from './action-buttons.tsx';
import { language } from './hooks.ts';

/** What a guest does by itself, and when next. */
export const TimersCard = ({ guest }: { readonly guest: ToldGuest }) => (
  <Card isCompact>
    <CardTitle component="h2">{t('By itself')}</CardTitle>
    <CardBody>
      <Table aria-label={t('By itself')} variant="compact">
        <Thead>
          <Tr>
            <Th>{t('Timer')}</Th>
            <Th>{t('Enabled')}</Th>
            <Th>{t('Next')}</Th>
            <Th screenReaderText={t('Actions')} />
          </Tr>
        </Thead>
        <Tbody>
          {timersOf(guest, language()).map(({ unit, title, isEnabled, next, action }) => (
            <Tr key={unit} data-timer={unit}>
              <Td dataLabel={t('Timer')}>{title}</Td>
              <Td dataLabel={t('Enabled')}>{isEnabled ? t('yes') : t('no')}</Td>
              <Td dataLabel={t('Next')}>{next}</Td>
              <Td isActionCell>
                <ActionButtons of={guest.name} actions={[action]} />
              </Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
    </CardBody>
  </Card>
);

import { Td } from '@patternfly/react-table';
import { guestDisks } from '../bridge/disks.ts';
import { liveUsage } from '../bridge/live-usage.ts';
import { percent } from '../model/guest-usage.ts';
import { size } from '../model/times.ts';
import type { ToldGuest } from '../told/answers.ts';
import { t } from '../words/translate.ts';
import { language, useStore } from './hooks.ts';

/** What a guest uses now: processors, memory, and disk space that nothing else uses. */
export function UsageCells({ guest }: { readonly guest: ToldGuest }) {
  const { name, state } = guest;
  const usage = useStore(liveUsage).get(name);
  const { cpu, memory } = (state === 'stopped' ? undefined : usage) ?? {};
  const disk = useStore(guestDisks).get(name);
  return (
    <>
      <Td dataLabel={t('CPU')}>
        <bdi>{cpu === undefined ? '' : percent(cpu, language())}</bdi>
      </Td>
      <Td dataLabel={t('Memory')}>
        <bdi>{memory === undefined ? '' : size(memory, language())}</bdi>
      </Td>
      <Td dataLabel={t('Disk, of its own')}>
        <bdi>{disk === undefined ? '' : size(disk, language())}</bdi>
      </Td>
    </>
  );
}

// A record of a build that a newer version wrote, or that is damaged, hides nothing else.
import { expect, test, vi } from 'vitest';
import { overviewOfBuilds } from '../../src/guestctl/builds.ts';
import { DamagedState } from '../../src/state/state-file.ts';
import { buildResultFile, publishedFile } from '../../src/state/state-files.ts';
import { publishing } from './build-overviews.ts';

vi.mock('../../src/config/load.ts', () => ({
  loadBuilds: () => ({ builds: [publishing.build], brokenBuilds: [] }),
}));
vi.mock('../../src/guestctl/run-timer.ts', () => ({ noTimer: {}, runTimers: async () => [] }));
vi.mock('../../src/host/systemctl.ts', async (original) => ({
  ...(await original<object>()),
  showUnits: async () => [{ ActiveState: 'failed' }, { ActiveState: 'inactive' }],
}));

test('builds are listed although their records cannot be read', async () => {
  for (const file of [buildResultFile, publishedFile])
    vi.spyOn(file, 'read').mockImplementation(() => {
      throw new DamagedState({ file: '', isNewer: true, message: 'it is newer', remedy: 'Upgrade' });
    });
  const { overviews } = await overviewOfBuilds();
  expect(overviews).toMatchObject([
    { state: 'failed', result: undefined, isHidden: false, published: { commit: undefined, commits: 0 } },
  ]);
});

// A short random campaign, always the same. Longer ones: npm run campaign (docs/reliability.md).
import { expect, test } from 'vitest';
import { campaign, usualCast } from '../campaign/campaign.ts';

test('random actions, kills and power cuts leave guests as they should be', async () => {
  const story: string[] = [];
  const cast = usualCast.slice(0, 2);
  const result = await campaign({
    seed: 2981,
    rounds: 4,
    until: Number.POSITIVE_INFINITY,
    cast,
    say: (text) => story.push(text),
  });
  expect(result, story.join('\n')).toMatchObject({ rounds: 4, failures: [] });
});

import { Card, CardBody, CardTitle, EmptyState, Gallery } from '@patternfly/react-core';
import { useEffect, useState } from 'react';
import { ask } from '../bridge/run-guestctl.ts';
import { historiesOf, sampleResources } from '../bridge/sample-resources.ts';
import { type Plot, type PlotLine, plotsOf } from '../model/plots.ts';
import { t } from '../words/translate.ts';
import { language, useAnswer } from './hooks.ts';

interface ResourcesProps {
  readonly guest: string;
  readonly isRunning: boolean;
}

/** What a guest uses, in the last minutes in which this was shown. */
export function ResourcesTab({ guest, isRunning }: ResourcesProps) {
  const histories = useResources(guest, isRunning);
  if (!isRunning && Object.keys(histories).length === 0)
    return <EmptyState titleText={t('{name} does not run', { name: guest })} headingLevel="h2" />;
  return (
    <Gallery hasGutter minWidths={{ default: '100%', md: '24rem' }}>
      {plotsOf(histories, Date.now(), language()).map((plot) => (
        <PlotCard key={plot.title} plot={plot} />
      ))}
    </Gallery>
  );
}

function useResources(guest: string, isRunning: boolean) {
  const [histories, setHistories] = useState(() => historiesOf(guest));
  const { answer } = useAnswer(() => ask('status', [guest]), `${guest} ${isRunning}`);
  const links = answer?.machine?.links.join(' ');
  useEffect(
    () =>
      isRunning && links !== undefined
        ? sampleResources({ name: guest, links: links.split(' ') }, setHistories)
        : undefined,
    [guest, isRunning, links],
  );
  return histories;
}

const PlotCard = ({ plot: { title, top, lines, summary } }: { readonly plot: Plot }) => (
  <Card isCompact>
    <CardTitle component="h2">{title}</CardTitle>
    <CardBody>
      <div className="described">{top || t('No values yet')}</div>
      <svg className="plot" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label={summary}>
        {lines.map(({ label, path }) => (
          <path key={label} d={path} />
        ))}
      </svg>
      <div className="described times">
        <span>{t('5 minutes ago')}</span>
        <span>{t('now')}</span>
      </div>
      {lines.map((line) => (
        <Legend key={line.label} line={line} />
      ))}
    </CardBody>
  </Card>
);

const Legend = ({ line: { label, now, most } }: { readonly line: PlotLine }) => (
  <div className="legend" data-resource={label}>
    {t('{label}: {now} now, {most} at most', { label, now, most })}
  </div>
);

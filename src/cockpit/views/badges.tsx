import { Label, LabelGroup } from '@patternfly/react-core';
import type { Badge } from '../model/row.ts';

export const BadgeLabel = ({ badge }: { readonly badge: Badge }) => (
  <Label isCompact color={badge.colour}>
    {badge.text}
  </Label>
);

export const Badges = ({ badges, of }: { readonly badges: readonly Badge[]; readonly of: string }) =>
  badges.length === 0 ? null : (
    <LabelGroup aria-label={of} numLabels={5}>
      {badges.map((badge) => (
        <BadgeLabel key={badge.text} badge={badge} />
      ))}
    </LabelGroup>
  );

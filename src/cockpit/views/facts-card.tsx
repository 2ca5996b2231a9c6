import {
  Card,
  CardBody,
  CardTitle,
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
} from '@patternfly/react-core';
import type { Fact } from '../model/guest-facts.ts';
import { t } from '../words/translate.ts';

/** What is known of a guest, a build or a mirror. */
export const FactsCard = ({ facts }: { readonly facts: readonly Fact[] }) => (
  <Card isCompact>
    <CardTitle component="h2">{t('State')}</CardTitle>
    <CardBody>
      <DescriptionList columnModifier={{ default: '1Col', lg: '2Col' }} isHorizontal isCompact>
        {facts.map(({ name, value }) => (
          <DescriptionListGroup key={name}>
            <DescriptionListTerm>{name}</DescriptionListTerm>
            <DescriptionListDescription>
              <bdi>{value}</bdi>
            </DescriptionListDescription>
          </DescriptionListGroup>
        ))}
      </DescriptionList>
    </CardBody>
  </Card>
);

import { Breadcrumb, BreadcrumbItem, Button, Flex, Title } from '@patternfly/react-core';
import type { ReactNode } from 'react';
import { cockpit } from '../bridge/cockpit.ts';
import type { Badge } from '../model/row.ts';
import { BadgeLabel } from './badges.tsx';

interface WayProps {
  readonly name: string;
  /** The list that it is in, and its address. */
  readonly list: string;
  readonly path: readonly string[];
}

/** The way back to the list, above the page of what is in it. */
export const WayBack = ({ name, list, path }: WayProps) => (
  <Breadcrumb>
    <BreadcrumbItem>
      <Button variant="link" isInline onClick={() => cockpit.location.go(path)}>
        {list}
      </Button>
    </BreadcrumbItem>
    <BreadcrumbItem isActive>{name}</BreadcrumbItem>
  </Breadcrumb>
);

interface HeadingProps {
  readonly name: string;
  /** undefined if nothing is known of it. */
  readonly state: Badge | undefined;
  /** What can be done. */
  readonly children: ReactNode;
}

export const Heading = ({ name, state, children }: HeadingProps) => (
  <Flex className="heading" justifyContent={{ default: 'justifyContentSpaceBetween' }}>
    <Flex alignItems={{ default: 'alignItemsCenter' }}>
      <Title headingLevel="h1" size="2xl">
        {name}
      </Title>
      {state && <BadgeLabel badge={state} />}
    </Flex>
    {children}
  </Flex>
);

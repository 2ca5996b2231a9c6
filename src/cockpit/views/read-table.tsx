import { Table, type TableProps } from '@patternfly/react-table';
import type { ReactNode } from 'react';

interface ReadTableProps extends Pick<TableProps, 'gridBreakPoint'> {
  readonly label: string;
  readonly children: ReactNode;
}

/** A table to read. PatternFly takes each for a grid, in which arrow keys go from cell to cell. */
export const ReadTable = ({ label, ...others }: ReadTableProps) => (
  <Table role="table" variant="compact" aria-label={label} {...others} />
);

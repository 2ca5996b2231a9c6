import { Alert } from '@patternfly/react-core';

interface FailureProps {
  /** What guestctl says. */
  readonly text: string;
  readonly variant?: 'danger' | 'warning';
}

/** Why something failed, line by line: places in files and remedies are in lines of their own. */
export function Failure({ text, variant = 'danger' }: FailureProps) {
  const [title, ...lines] = text.split('\n');
  return (
    <Alert isInline component="h2" variant={variant} title={title}>
      {lines.length > 0 && <pre className="said">{lines.join('\n')}</pre>}
    </Alert>
  );
}

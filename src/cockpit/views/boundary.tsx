import { Component, type ReactNode } from 'react';
import { t } from '../words/translate.ts';
import { Failure } from './failure.tsx';

interface BoundaryProps {
  /** What is drawn: once that changes, it is tried again. */
  readonly of: string;
  readonly children: ReactNode;
}

interface BoundaryState {
  readonly failure: string | undefined;
}

/** Keeps the rest of the page if something cannot be drawn, such as an answer of another version of guestctl. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { failure: undefined };

  static getDerivedStateFromError(error: unknown): BoundaryState {
    return { failure: error instanceof Error ? error.message : String(error) };
  }

  override componentDidUpdate({ of }: BoundaryProps): void {
    if (of !== this.props.of && this.state.failure !== undefined) this.setState({ failure: undefined });
  }

  override render(): ReactNode {
    const { failure } = this.state;
    if (failure === undefined) return this.props.children;
    const why = t('The page does not understand what guestctl says. Are both of the same version?');
    return <Failure text={`${why}\n${failure}`} />;
  }
}

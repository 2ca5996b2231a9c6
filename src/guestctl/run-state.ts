/** The state of the service of a build or a mirror. */
export type RunState = 'idle' | 'running' | 'failed';

/** Returns the state of a service from its ActiveState. */
export const runState = (activeState = 'inactive'): RunState =>
  activeState === 'failed' ? 'failed' : activeState === 'inactive' ? 'idle' : 'running';

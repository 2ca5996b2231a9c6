/** What went wrong in words a user can act on. Anything else that is thrown is a bug. */
export class Failure extends Error {
  /** What to do next; one line. */
  readonly remedy: string | undefined;

  constructor(message: string, remedy?: string) {
    super(message);
    this.name = 'Failure';
    this.remedy = remedy;
  }
}

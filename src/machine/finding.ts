/** The result of one check of the host: guestctl doctor. */
export interface Finding {
  readonly check: string;
  /** `warning`: guests work with limits; `bad`: guests do not work. */
  readonly state: 'good' | 'warning' | 'bad';
  readonly message: string;
  /** What to do, if anything. */
  readonly remedy?: string;
}

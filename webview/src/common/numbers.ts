/** What stands where there is no number. */
export const none = '\u2013';

/** A share 0..1: `97.3 %` */
export const percent = (share: number | null): string =>
  share === null ? none : `${(100 * share).toFixed(1)} %`;

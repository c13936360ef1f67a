/** Longest wait for anything in the editor, ms; waits end as soon as the state is there. */
export const patience = 120_000;

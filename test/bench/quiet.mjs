/** How much of the machine others use while something is timed, so that disturbed times can be told from quiet ones. */
import { cpus } from 'node:os';

/** Share of all processors, 0..1, that others used in a quiet time at most. */
export const quietShare = 0.1;

/** Starts watching; @returns tells others' share since then, given the seconds that the timed process used itself */
export function watchOthers() {
  const before = busySeconds();
  const start = performance.now();
  return (ownSeconds) => {
    const all = ((performance.now() - start) / 1000) * cpus().length;
    return Math.max(0, (busySeconds() - before - ownSeconds) / all);
  };
}

function busySeconds() {
  return cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0) / 1000;
}

/** Smallest, middle and largest of some times; null where there are none. */
export function spread(times) {
  if (times.length === 0) return null;
  const sorted = [...times].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  return { min: sorted[0], median, max: sorted.at(-1) };
}

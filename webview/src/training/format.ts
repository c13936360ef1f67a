/** Numbers of a training in words. */
import { t } from '../common/localize.js';
import { none } from '../common/numbers.js';

/** Seconds as the two units that matter: `42 s`, `3 min 10 s`, `2 h 5 min`, `1 d 4 h`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return t('{0} s', whole);
  if (whole < 600) return t('{0} min {1} s', Math.floor(whole / 60), whole % 60);
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return t('{0} min', minutes);
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return t('{0} h {1} min', hours, minutes % 60);
  return t('{0} d {1} h', Math.floor(hours / 24), hours % 24);
}

/** Three significant digits: `0.0123`, `1.23e-5`, `45.6`. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return none;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(2);
  return value.toPrecision(3);
}

/** The same without zeros at the end, for an axis: `0.0015`, `5e-4`, `0`. */
export const tick = (value: number): string => {
  const [mantissa, exponent] = significant(value).split('e');
  return `${Number(mantissa)}${exponent === undefined ? '' : `e${Number(exponent)}`}`;
};

/** A learning rate: `2.5e-4`, `1e-3`. */
export function rate(value: number): string {
  if (value === 0) return '0';
  const [mantissa, exponent] = value.toExponential(2).split('e');
  return `${Number(mantissa)}e${Number(exponent)}`;
}

/** `340 MB`, `1.2 GB` */
export function bytes(count: number): string {
  const megabytes = count / 2 ** 20;
  return megabytes < 1000 ? `${Math.round(megabytes)} MB` : `${(megabytes / 1024).toFixed(1)} GB`;
}

/** Steps per second, or seconds per step where that is the larger number. */
export const throughput = (stepsPerSecond: number): string =>
  stepsPerSecond >= 1
    ? t('{0} steps/s', stepsPerSecond.toFixed(stepsPerSecond < 10 ? 1 : 0))
    : t('{0} s/step', (1 / stepsPerSecond).toFixed(1));

/** A whole number, grouped as the user's language does. */
export const count = (value: number): string => value.toLocaleString();

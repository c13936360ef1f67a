/**
 * A piece of a line for a legend, as a CSS background in the middle of its place.
 * @param dash lengths drawn and left out in turn, CSS pixels; none: a line without gaps
 */
export function lineSample(color: string, dash: readonly number[] = [], width = 2): string {
  let at = 0;
  const stops = dash.map((length, i) => {
    const [from, to] = [at, (at += length)];
    return `${i % 2 === 0 ? color : 'transparent'} ${from}px ${to}px`;
  });
  const line =
    stops.length > 0
      ? `repeating-linear-gradient(90deg, ${stops.join(', ')})`
      : `linear-gradient(${color}, ${color})`;
  return `${line} center / 100% ${width}px no-repeat`;
}

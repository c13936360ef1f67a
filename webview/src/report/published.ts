/** Published figures on spine-generic, for orientation. */

/** Distance to target in mm (mean and std), missed and false in percent of the true discs. */
export interface PublishedFigures {
  readonly mean: number;
  readonly std: number;
  readonly missed: number;
  readonly false: number;
}

export interface PublishedMethod {
  readonly name: string;
  readonly source: string;
  readonly T1w: PublishedFigures;
  readonly T2w: PublishedFigures;
}

const figures = (mean: number, std: number, missed: number, invented: number): PublishedFigures => ({
  mean,
  std,
  missed,
  false: invented,
});

const reference = 'Azad, Rouhier & Cohen-Adad 2021';
const lookOnce = 'Azad et al. 2022, “A Look Once Approach”';

/** As the reference's paper and its successor give them. */
export const published: readonly PublishedMethod[] = [
  {
    name: 'Template matching (Spinal Cord Toolbox)',
    source: reference,
    T1w: figures(1.97, 4.08, 8.1, 2.53),
    T2w: figures(2.05, 3.21, 11.1, 2.11),
  },
  {
    name: 'Countception',
    source: reference,
    T1w: figures(1.03, 2.81, 4.24, 0.9),
    T2w: figures(1.78, 2.64, 3.88, 1.5),
  },
  {
    name: 'Stacked hourglass with attention (the reference)',
    source: reference,
    T1w: figures(1.32, 1.33, 0.32, 0),
    T2w: figures(1.31, 2.79, 1.2, 0.6),
  },
  {
    name: 'Look Once',
    source: lookOnce,
    T1w: figures(1.2, 1.9, 0.7, 0),
    T2w: figures(1.28, 2.61, 0.9, 0),
  },
];

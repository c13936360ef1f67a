import type { ModelSummary } from '@disc-labeling/server/protocol';
import { dotted, percent, plain, type Translate } from '../words.js';
import { factTable, type ItemParts } from './parts.js';

const icons = { shipped: 'package', trained: 'mortar-board', imported: 'cloud-download' } as const;

/** Where a model comes from. */
const kindOf = ({ origin, made }: ModelSummary): keyof typeof icons =>
  origin === 'shipped' ? 'shipped' : made;

/** A model as the *Models* view shows it. */
export function modelParts(model: ModelSummary, t: Translate): ItemParts {
  const { name, title, contrast, origin, isDefault, parameters, attention, metrics, path } = model;
  const kind = {
    shipped: t('shipped'),
    trained: t('trained'),
    imported: t('imported'),
  }[kindOf(model)];
  const seen = contrast === 'any' ? t('any contrast') : contrast;
  const description = dotted([isDefault && t('default'), kind, contrast !== 'any' && contrast]);
  const share = (value: number | undefined): string | null => (value === undefined ? null : percent(value));
  const distance = metrics['medianDistance'];
  return {
    label: name,
    description,
    icon: isDefault ? 'star-full' : icons[kindOf(model)],
    colour: isDefault ? 'charts.yellow' : undefined,
    context: `model.${origin}${isDefault ? '.default' : ''}`,
    tooltip: [
      `**${plain(title)}**`,
      factTable([
        [t('Origin'), kind],
        [t('Contrast'), seen],
        [t('Parameters'), parameters.toLocaleString('en')],
        [t('Attention'), attention ? t('yes') : t('no')],
        [t('Discs identified'), share(metrics['identified'])],
        [t('Accuracy'), share(metrics['accuracy'])],
        [t('PCK'), share(metrics['pck'])],
        [t('Median distance'), distance === undefined ? null : `${distance.toFixed(2)} mm`],
      ]),
      plain(path),
    ].join('\n\n'),
    spoken: t('Model {0}, {1}', name, dotted([isDefault && t('default'), kind, seen])),
  };
}

/** The order of the view: the default first, then one's own, then what ships. */
export const inOrder = (models: readonly ModelSummary[]): ModelSummary[] => {
  const rank = ({ isDefault, origin }: ModelSummary): number => (isDefault ? 0 : origin === 'user' ? 1 : 2);
  return [...models].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
};

import { h, setText } from '../common/dom.js';
import { t } from '../common/localize.js';
import { none } from '../common/numbers.js';
import type { ShownDisc, ShownReport, ShownSubject } from '../messages/report.js';
import type { Dropdown, TextField } from '../toolkit.js';
import { keyOf, sortingOf, type PageContext } from './context.js';
import { DataTable, type ShownColumn } from './data-table.js';
import { badness, errorsOf, filtered, largestDistance, millimetres, worstDisc } from './figures.js';
import { countColumns } from './levels-section.js';
import type { OutcomeFilter } from './memory.js';
import { describeDisc, outcomeName, outcomeSign } from './outcomes.js';

const pageSize = 50;

/** Every image of the set, the worst first, with what became of each of its discs. */
export class SubjectsSection {
  readonly element: HTMLElement;
  readonly #report: ShownReport;
  readonly #context: PageContext;
  readonly #table: DataTable<ShownSubject>;
  readonly #found = h('span', { class: 'found', role: 'status' });

  constructor(report: ShownReport, context: PageContext, pictures: Readonly<Record<string, string>>) {
    this.#report = report;
    this.#context = context;
    this.#table = new DataTable<ShownSubject>({
      name: 'subjects',
      label: t('By image'),
      ...sortingOf(context, 'subjects', { key: 'errors', descending: true }),
      copy: (text) => context.copy(text),
      pageSize,
      columns: columns(context),
      details: (subject) => detailsOf(subject, context, pictures[subject.name]),
      empty: t('No image fits the filter.'),
    });
    this.element = h(
      'section',
      { class: 'subjects', 'aria-labelledby': 'subjects-title' },
      h('h2', { id: 'subjects-title' }, t('By image')),
      h('div', { class: 'filters' }, ...this.#filters(), this.#found),
      legend(),
      this.#table.element,
    );
    this.#apply();
  }

  #filters(): HTMLElement[] {
    const { memory } = this.#context;
    const text = h<TextField>('vscode-text-field', {
      class: 'filter-text',
      placeholder: t('Filter by name or path'),
      'aria-label': t('Filter by name or path'),
      value: memory.text,
      oninput: () => this.#filter({ text: text.value }),
    });
    const outcomes: [OutcomeFilter, string][] = [
      ['all', t('All images')],
      ['wrong', t('With any error')],
      ['missed', t('With a missed disc')],
      ['false', t('With a false disc')],
      ['shifted', t('With a shifted name')],
      ['misnamed', t('With a wrong name')],
      ['right', t('Without error')],
    ];
    const choice = (
      label: string,
      value: string,
      options: readonly (readonly [string, string])[],
      chosen: (value: string) => void,
    ): HTMLElement => {
      const dropdown = h<Dropdown>(
        'vscode-dropdown',
        { 'aria-label': label, onchange: () => chosen(dropdown.value) },
        ...options.map(([key, name]) => h('vscode-option', { value: key, selected: key === value }, name)),
      );
      return dropdown;
    };
    const contrasts = [...new Set(this.#report.subjects.map(({ contrast }) => contrast))].sort();
    return [
      text,
      choice(t('Outcome'), memory.outcome, outcomes, (outcome) =>
        this.#filter({ outcome: outcome as OutcomeFilter }),
      ),
      ...(contrasts.length > 1
        ? [
            choice(
              t('Contrast'),
              memory.contrast,
              [['', t('All contrasts')], ...contrasts.map((name) => [name, name] as const)],
              (contrast) => this.#filter({ contrast }),
            ),
          ]
        : []),
    ];
  }

  #filter(change: { text?: string; outcome?: OutcomeFilter; contrast?: string }): void {
    this.#context.remember(change);
    this.#apply();
  }

  #apply(): void {
    const { subjects } = this.#report;
    const found = filtered(subjects, this.#context.memory);
    this.#table.rows = found;
    setText(
      this.#found,
      found.length === subjects.length ? '' : t('{0} of {1} images', found.length, subjects.length),
    );
  }
}

function columns(context: PageContext): ShownColumn<ShownSubject>[] {
  return [
    {
      key: 'name',
      title: t('Image'),
      value: ({ name }) => name,
      render: (subject) => subjectLink(subject, context),
      class: 'name',
    },
    { key: 'path', title: t('Path'), value: ({ image }) => image, hidden: true },
    { key: 'contrast', title: t('Contrast'), value: ({ contrast }) => contrast, hidden: true },
    {
      key: 'errors',
      title: t('Errors'),
      explain: t('Discs that are missed, false or wrongly named; the largest distance decides among equals'),
      numeric: true,
      firstDescending: true,
      value: badness,
      text: ({ counts }) => String(errorsOf(counts)),
      render: ({ counts }) =>
        h('span', { class: errorsOf(counts) === 0 ? 'zero' : 'bad' }, String(errorsOf(counts))),
    },
    {
      key: 'discs',
      title: t('From head to foot'),
      explain: t('Every disc of the image; sorted by the share that is identified'),
      value: ({ counts }) => counts.identificationRate,
      text: ({ discs }) =>
        discs
          .filter(({ outcome }) => outcome !== 'identified')
          .map((disc) => describeDisc(disc))
          .join('; '),
      render: (subject) => strip(subject, context),
    },
    {
      key: 'total',
      hidden: true,
      title: t('Discs'),
      numeric: true,
      firstDescending: true,
      value: ({ counts }) => counts.total,
    },
    ...countColumns<ShownSubject>(({ counts }) => counts).map((column) => ({
      ...column,
      // The copy has them all; on the page, few discs make a poor percentile.
      hidden: column.key === 'mean' || column.key === 'std' || column.key === 'p95',
    })),
    {
      key: 'largest',
      title: t('Largest, mm'),
      numeric: true,
      firstDescending: true,
      value: largestDistance,
      text: (subject) => millimetres(largestDistance(subject)),
    },
  ];
}

/** Opens the image at its worst disc; without the editor, its name with the path to point at. */
function subjectLink(subject: ShownSubject, context: PageContext): Node {
  const { name, image } = subject;
  if (!context.inEditor) return h('span', { title: image }, name);
  const disc = worstDisc(subject);
  return h(
    'button',
    {
      class: 'link',
      type: 'button',
      title: disc ? t('Open {0} at {1}', image, disc.name) : t('Open {0}', image),
      onclick: () => context.open(name, disc && keyOf(disc)),
    },
    name,
  );
}

/** One square per disc; a mouse opens the disc, a keyboard does the same in the unfolded row. */
function strip({ name, discs }: ShownSubject, context: PageContext): Node {
  const wrong = discs.filter(({ outcome }) => outcome !== 'identified');
  return h(
    'span',
    {
      class: 'strip',
      role: 'img',
      'aria-label': wrong.length === 0 ? t('All identified') : wrong.map(describeDisc).join('; '),
    },
    ...discs.map((disc) =>
      h(
        'span',
        {
          class: 'chip',
          'data-outcome': disc.outcome,
          title: describeDisc(disc),
          onclick: context.inEditor ? () => context.open(name, keyOf(disc)) : undefined,
        },
        outcomeSign[disc.outcome],
      ),
    ),
  );
}

function legend(): HTMLElement {
  const outcomes = ['identified', 'missed', 'false', 'shifted', 'misnamed'] as const;
  return h(
    'p',
    { class: 'strip-legend' },
    ...outcomes.map((outcome) =>
      h(
        'span',
        {},
        h('span', { class: 'chip', 'data-outcome': outcome, 'aria-hidden': 'true' }, outcomeSign[outcome]),
        outcomeName(outcome),
      ),
    ),
  );
}

/** The discs of one image, one a line, beside its picture. */
function detailsOf(subject: ShownSubject, context: PageContext, picture: string | undefined): Node {
  const { name, image, discs, notices } = subject;
  const nameOf = (disc: ShownDisc): Node | string =>
    context.inEditor
      ? h(
          'button',
          { class: 'link', type: 'button', onclick: () => context.open(name, keyOf(disc)) },
          disc.name,
        )
      : disc.name;
  const table = h(
    'table',
    { class: 'plain-table discs' },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col' }, t('Disc')),
        h('th', { scope: 'col' }, t('Outcome')),
        h('th', { scope: 'col' }, t('Prediction')),
        h('th', { scope: 'col', class: 'numeric' }, t('Distance, mm')),
        h('th', { scope: 'col', class: 'numeric' }, t('Score')),
      ),
    ),
    h(
      'tbody',
      {},
      ...discs.map((disc) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, nameOf(disc)),
          h(
            'td',
            {},
            h(
              'span',
              { class: 'chip', 'data-outcome': disc.outcome, 'aria-hidden': 'true' },
              outcomeSign[disc.outcome],
            ),
            outcomeName(disc.outcome),
          ),
          h('td', {}, disc.predicted?.name ?? none),
          h('td', { class: 'numeric' }, millimetres(disc.distance)),
          h('td', { class: 'numeric' }, disc.predicted ? disc.predicted.score.toFixed(2) : none),
        ),
      ),
    ),
  );
  return h(
    'div',
    { class: 'subject-details' },
    ...(picture
      ? [h('img', { src: picture, alt: t('{0}: truth and prediction', name), loading: 'lazy' })]
      : []),
    h(
      'div',
      {},
      table,
      h('p', { class: 'path' }, image),
      ...notices.map((notice) => h('p', { class: 'explain' }, notice)),
    ),
  );
}

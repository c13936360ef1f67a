import { h, icon, setAttribute, setText } from '../common/dom.js';
import { t } from '../common/localize.js';
import { none } from '../common/numbers.js';
import { csvOf, markdownOf, sorted, type Column, type Sorting } from './table-rows.js';

/** A column as it is shown. */
export interface ShownColumn<Row> extends Column<Row> {
  /** Content of a cell; by default its text. */
  readonly render?: (row: Row) => Node | string;
  /** Numbers stand on the right. */
  readonly numeric?: boolean;
  /** Copied, but not shown. */
  readonly hidden?: boolean;
  /** One line for those who point at the heading. */
  readonly explain?: string;
  /** How the first click sorts. */
  readonly firstDescending?: boolean;
  readonly class?: string;
}

export interface DataTableOptions<Row> {
  /** Of the table, for screen readers and as its key in memory. */
  readonly name: string;
  readonly label: string;
  readonly columns: readonly ShownColumn<Row>[];
  readonly sorting: Sorting;
  readonly onSort: (sorting: Sorting) => void;
  readonly copy: (text: string) => void;
  /** Rows on a page; by default all. */
  readonly pageSize?: number;
  /** What unfolds below a row. */
  readonly details?: (row: Row) => Node;
  readonly rowClass?: (row: Row) => string;
  /** Shown when there is no row. */
  readonly empty?: string;
}

/** A table that sorts by any column, shows a page at a time and can be copied whole. */
export class DataTable<Row> {
  readonly element: HTMLElement;
  readonly #options: DataTableOptions<Row>;
  readonly #head: HTMLElement;
  readonly #body = h('tbody');
  readonly #pager = h('div', { class: 'pager' });
  readonly #range = h('span', { class: 'range', 'aria-live': 'polite' });
  readonly #previous: HTMLButtonElement;
  readonly #next: HTMLButtonElement;
  readonly #unfolded = new Set<Row>();
  #rows: readonly Row[] = [];
  #sorting: Sorting;
  #page = 0;

  constructor(options: DataTableOptions<Row>) {
    this.#options = options;
    this.#sorting = options.sorting;
    const turn = (by: number, name: string, label: string): HTMLButtonElement =>
      h(
        'button',
        { class: 'plain', type: 'button', title: label, 'aria-label': label, onclick: () => this.#turn(by) },
        icon(name),
      );
    this.#previous = turn(-1, 'chevron-left', t('Previous page'));
    this.#next = turn(1, 'chevron-right', t('Next page'));
    this.#pager.append(this.#previous, this.#range, this.#next);
    this.#head = h(
      'tr',
      {},
      ...(options.details ? [h('td', { class: 'unfold' })] : []),
      ...this.#shown.map((column) => this.#heading(column)),
    );
    this.element = h(
      'div',
      { class: 'data-table', 'data-table': options.name },
      h(
        'div',
        { class: 'table-scroll' },
        h(
          'table',
          {},
          h('caption', { class: 'visually-hidden' }, options.label),
          h('thead', {}, this.#head),
          this.#body,
        ),
      ),
      h(
        'div',
        { class: 'table-foot' },
        this.#pager,
        h('span', { class: 'spring' }),
        this.#copyButton(t('Copy as Markdown'), markdownOf),
        this.#copyButton(t('Copy as CSV'), csvOf),
      ),
    );
    this.#markSorting();
  }

  set rows(rows: readonly Row[]) {
    this.#rows = rows;
    this.#page = 0;
    this.#render();
  }

  get #shown(): readonly ShownColumn<Row>[] {
    return this.#options.columns.filter(({ hidden }) => !hidden);
  }

  get #ordered(): readonly Row[] {
    return sorted(this.#rows, this.#options.columns, this.#sorting);
  }

  #heading(column: ShownColumn<Row>): HTMLElement {
    return h(
      'th',
      { scope: 'col', class: column.numeric ? 'numeric' : 'text', 'data-column': column.key },
      h(
        'button',
        { class: 'sort', type: 'button', title: column.explain, onclick: () => this.#sortBy(column) },
        column.title,
        icon('arrow-down', 'direction'),
      ),
    );
  }

  #sortBy({ key, firstDescending = false }: ShownColumn<Row>): void {
    const again = this.#sorting.key === key;
    this.#sorting = { key, descending: again ? !this.#sorting.descending : firstDescending };
    this.#page = 0;
    this.#markSorting();
    this.#render();
    this.#options.onSort(this.#sorting);
  }

  #markSorting(): void {
    const { key, descending } = this.#sorting;
    for (const heading of this.#head.querySelectorAll<HTMLElement>('th'))
      setAttribute(
        heading,
        'aria-sort',
        heading.dataset['column'] === key ? (descending ? 'descending' : 'ascending') : null,
      );
  }

  #turn(by: number): void {
    this.#page += by;
    this.#render();
  }

  #render(): void {
    const { pageSize = Infinity, empty } = this.#options;
    const rows = this.#ordered;
    const first = pageSize === Infinity ? 0 : this.#page * pageSize;
    const last = Math.min(rows.length, first + pageSize);
    this.#body.replaceChildren(...rows.slice(first, last).flatMap((row) => this.#rowsOf(row)));
    if (rows.length === 0 && empty !== undefined)
      this.#body.append(
        h('tr', {}, h('td', { class: 'nothing', colspan: this.#head.childElementCount }, empty)),
      );
    const paged = rows.length > pageSize;
    this.#previous.hidden = this.#next.hidden = !paged;
    this.#pager.hidden = pageSize === Infinity || rows.length === 0;
    this.#previous.disabled = first === 0;
    this.#next.disabled = last >= rows.length;
    setText(
      this.#range,
      paged ? t('{0} to {1} of {2}', first + 1, last, rows.length) : t('{0} in all', rows.length),
    );
  }

  #rowsOf(row: Row): HTMLElement[] {
    const { details, rowClass } = this.#options;
    const cells = this.#shown.map((column, i) => {
      const content = column.render?.(row) ?? column.text?.(row) ?? String(column.value(row) ?? none);
      const properties = { class: `${column.numeric ? 'numeric' : 'text'} ${column.class ?? ''}`.trim() };
      return i === 0 ? h('th', { ...properties, scope: 'row' }, content) : h('td', properties, content);
    });
    if (!details) return [h('tr', { class: rowClass?.(row) }, ...cells)];
    const below = h('tr', { class: 'details' }, h('td', { colspan: cells.length + 1 }));
    const button = h(
      'button',
      { class: 'plain', type: 'button', 'aria-label': t('Discs of this image'), onclick: () => toggle() },
      icon('chevron-right'),
    );
    const show = (open: boolean): void => {
      setAttribute(button, 'aria-expanded', String(open));
      button.firstElementChild!.className = `codicon codicon-chevron-${open ? 'down' : 'right'}`;
      below.hidden = !open;
      below.firstElementChild!.replaceChildren(...(open ? [details(row)] : []));
    };
    const toggle = (): void => {
      const open = !this.#unfolded.delete(row);
      if (open) this.#unfolded.add(row);
      show(open);
    };
    show(this.#unfolded.has(row));
    return [h('tr', { class: rowClass?.(row) }, h('td', { class: 'unfold' }, button), ...cells), below];
  }

  #copyButton(
    label: string,
    format: (rows: readonly Row[], columns: readonly Column<Row>[]) => string,
  ): HTMLElement {
    const text = h('span', {}, label);
    return h(
      'button',
      {
        class: 'plain copy',
        type: 'button',
        onclick: () => {
          this.#options.copy(format(this.#ordered, this.#options.columns));
          setText(text, t('Copied'));
          setTimeout(() => setText(text, label), 1500);
        },
      },
      icon('copy'),
      text,
    );
  }
}

import type { EngineNotice } from '@disc-labeling/models/engines/types';
import { SingleBar } from 'cli-progress';
import Table from 'cli-table3';

/** Reports how far a piece of long work is. */
export interface Progress {
  /** @param done units done so far; @param note what is being done right now */
  update(done: number, note?: string): void;
  finish(): void;
}

/**
 * Where a command's words go: results to stdout, everything else to stderr.
 * Bars are drawn on a terminal only; elsewhere progress is a plain line now and then.
 */
export class Output {
  private bar: SingleBar | undefined;

  constructor(
    private readonly options: {
      readonly json?: boolean;
      readonly quiet?: boolean;
      readonly verbose?: boolean;
    },
  ) {}

  get json(): boolean {
    return this.options.json === true;
  }

  /** A result: the one JSON document with `--json`, otherwise what `text` makes of it. */
  result<T>(value: T, text: (value: T) => string): void {
    process.stdout.write(this.json ? `${JSON.stringify(value, null, 2)}\n` : `${text(value)}\n`);
  }

  /** A remark for the person in front: stderr, silenced by `--quiet`. */
  note(line: string): void {
    if (!this.options.quiet) process.stderr.write(`${line}\n`);
  }

  /** A remark only `--verbose` shows. */
  detail(line: string): void {
    if (this.options.verbose) process.stderr.write(`${line}\n`);
  }

  /** What an engine has to tell: that another one took over is for everybody. */
  readonly engineNotice = ({ kind, message }: EngineNotice): void =>
    kind === 'fallback' ? this.note(message) : this.detail(message);

  /** Rows as an aligned table. */
  table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
    const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
    table.push(...rows.map((row) => row.map(String)));
    return table.toString();
  }

  /** Starts a progress display over `total` units. */
  progress(title: string, total: number): Progress {
    if (this.options.quiet) return { update: () => {}, finish: () => {} };
    return process.stderr.isTTY ? this.terminalBar(title, total) : this.plainLines(title, total);
  }

  /** Ends a bar left open by a failure, so that the next line starts at the margin. */
  close(): void {
    this.bar?.stop();
    this.bar = undefined;
  }

  private terminalBar(title: string, total: number): Progress {
    const bar = new SingleBar({
      format: `${title} {bar} {value}/{total} · {eta_formatted} left {note}`,
      stream: process.stderr,
      hideCursor: true,
      etaBuffer: 50,
    });
    this.bar = bar;
    bar.start(total, 0, { note: '' });
    return { update: (done, note = '') => bar.update(done, { note }), finish: () => this.close() };
  }

  private plainLines(title: string, total: number): Progress {
    const started = Date.now();
    let last = started;
    return {
      update: (done, note) => {
        const now = Date.now();
        if (now - last < 10_000 || done === 0) return;
        last = now;
        const left = Math.round(((now - started) / 1000 / done) * (total - done));
        this.note(`${title}: ${done}/${total}, about ${left} s left${note ? `, ${note}` : ''}`);
      },
      finish: () => {},
    };
  }
}

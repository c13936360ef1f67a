import {
  findNodeAtLocation,
  getNodeValue,
  modify,
  parseTree,
  type JSONPath,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import type { Finding, TextEdit } from './findings.js';
import { jsoncOptions } from './jsonc.js';

export type Place = Pick<Finding, 'start' | 'end'>;

/** A configuration as it stands in an editor: where its settings are, and how they are changed. */
export class ConfigurationText {
  readonly #root: Node | undefined;
  /** Whether it can be read as JSON; while somebody types, it often can't. */
  readonly whole: boolean;

  constructor(readonly text: string) {
    const errors: ParseError[] = [];
    this.#root = parseTree(text, errors, jsoncOptions);
    this.whole = errors.length === 0 && this.#root !== undefined;
  }

  /** What it says; undefined where there is nothing. */
  get value(): unknown {
    return this.#root && (getNodeValue(this.#root) as unknown);
  }

  has(path: readonly PropertyKey[]): boolean {
    return this.#node(path) !== undefined;
  }

  /** Where a setting's value is; without one, the key of what it would be in, or the opening brace. */
  valuePlace(path: readonly PropertyKey[]): Place {
    const node = this.#node(path);
    return path.length > 0 && node !== undefined ? placeOf(node) : this.keyPlace(path.slice(0, -1));
  }

  /** Where the key of a setting is, or of the nearest thing around it. */
  keyPlace(path: readonly PropertyKey[]): Place {
    for (let n = path.length; n > 0; n--) {
      const node = this.#node(path.slice(0, n));
      if (node !== undefined)
        return placeOf(node.parent?.type === 'property' ? node.parent.children![0]! : node);
    }
    const start = this.#root?.offset ?? 0;
    return { start, end: Math.min(start + 1, this.text.length) };
  }

  /** Sets a setting, adding it where it is missing. */
  set(path: readonly PropertyKey[], value: unknown): TextEdit[] {
    const node = this.#node(path);
    // A number or word is replaced as it stands: nothing around it moves.
    if (node !== undefined && path.length > 0 && (typeof value !== 'object' || value === null)) {
      const { start, end } = placeOf(node);
      return [{ start, end, text: JSON.stringify(value) }];
    }
    return this.#modified(path, value);
  }

  remove(path: readonly PropertyKey[]): TextEdit[] {
    return this.#modified(path, undefined);
  }

  rename(path: readonly PropertyKey[], key: string): TextEdit[] {
    return [{ ...this.keyPlace(path), text: JSON.stringify(key) }];
  }

  #node(path: readonly PropertyKey[]): Node | undefined {
    return this.#root && findNodeAtLocation(this.#root, path as JSONPath);
  }

  #modified(path: readonly PropertyKey[], value: unknown): TextEdit[] {
    const indent = /\n([ \t]+)\S/.exec(this.text)?.[1] ?? '  ';
    const formattingOptions = {
      insertSpaces: !indent.startsWith('\t'),
      tabSize: indent.startsWith('\t') ? 4 : indent.length,
      eol: this.text.includes('\r\n') ? '\r\n' : '\n',
    };
    return modify(this.text, path as JSONPath, value, { formattingOptions }).map(
      ({ offset, length, content }) => ({ start: offset, end: offset + length, text: content }),
    );
  }
}

const placeOf = ({ offset, length }: Node): Place => ({ start: offset, end: offset + length });

/** The text after some edits. */
export function edited(text: string, edits: readonly TextEdit[]): string {
  return [...edits]
    .sort((a, b) => b.start - a.start)
    .reduce((all, edit) => all.slice(0, edit.start) + edit.text + all.slice(edit.end), text);
}

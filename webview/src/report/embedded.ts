import type { HostListener } from '../common/host.js';
import type { ReportRequest, ReportState } from '../messages/report.js';
import type { Memory } from './memory.js';

/** What a report page needs of the one it talks to: the editor, or nobody where it is a file of its own. */
export interface ReportHost {
  connect(listener: HostListener<ReportState>): void;
  request(request: ReportRequest): Promise<void>;
  memory: Memory | undefined;
}

/** Element that carries the state in a report saved as an HTML file. */
const embeddedId = 'embedded-state';

/** The page as a file of its own: its state is in it, and nobody opens volumes. */
export class EmbeddedHost implements ReportHost {
  memory: Memory | undefined;
  readonly #state: ReportState;

  private constructor(state: ReportState) {
    this.#state = state;
  }

  /** Null for a page in the editor. */
  static find(): EmbeddedHost | null {
    const data = document.getElementById(embeddedId);
    return data ? new EmbeddedHost(JSON.parse(data.textContent) as ReportState) : null;
  }

  connect(listener: HostListener<ReportState>): void {
    followColourScheme();
    listener.state(this.#state);
  }

  /** Only copying works without the editor. */
  async request(request: ReportRequest): Promise<void> {
    if (request.kind === 'copy') await copy(request.text);
  }
}

/** Browsers offer the clipboard only to pages from a safe place; a selection can be copied everywhere. */
async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
}

/** VS Code marks its pages as light or dark; here the browser's own choice is. */
function followColourScheme(): void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const apply = (): void => {
    document.body.classList.toggle('vscode-dark', dark.matches);
    document.body.classList.toggle('vscode-light', !dark.matches);
  };
  dark.addEventListener('change', apply);
  apply();
}

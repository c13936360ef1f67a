import { chromium, type Browser, type Frame, type Locator, type Page } from 'playwright-core';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { startCodeServer, type CodeServer } from '../../scripts/code-server.mjs';
import { patience } from './patience.js';
import { Viewer } from './viewer.js';

/** Where Chromium may be; `DISC_CHROMIUM` names another one. */
const browsers = [
  process.env['DISC_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Path of a Chromium, or null where this machine has none. */
export const chromiumPath = (): string | null =>
  browsers.find((path): path is string => path !== undefined && existsSync(path)) ?? null;

/** After so long, ms, the palette was closed by something else. */
const paletteWait = 20_000;

/** A list or line that asks; one that is closing is still seen for a moment, inert. */
const question = '.quick-input-widget:visible:not([inert])';

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Names of the folders in a folder, in order. */
const foldersIn = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

export interface EditorOptions {
  /** Extension package. */
  readonly vsix: string;
  /** Workspace folder. */
  readonly folder: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly deviceScaleFactor?: number;
  /** Environment of the editor and of what it starts. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** VS Code in a headless browser, with one extension in a profile of its own. */
export class Editor {
  private constructor(
    readonly page: Page,
    readonly server: CodeServer,
    private readonly browser: Browser,
    readonly profile: string,
    /** What the browser's console said, for failures. */
    readonly console: readonly string[],
  ) {}

  static async start({
    vsix,
    folder,
    settings,
    viewport = { width: 1440, height: 900 },
    deviceScaleFactor = 1,
    environment = {},
  }: EditorOptions): Promise<Editor> {
    const executablePath = chromiumPath();
    if (executablePath === null)
      throw new Error('there is no Chromium: install it, or name one in DISC_CHROMIUM');
    const profile = await mkdtemp(join(tmpdir(), 'disc-editor-'));
    const before = { ...process.env };
    Object.assign(process.env, environment);
    const server = await startCodeServer({ vsix, folder, profile, settings }).finally(() => {
      for (const name of Object.keys(environment))
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
    });
    const browser = await chromium.launch({
      executablePath,
      // Software WebGL, and no sandbox where containers forbid it.
      args: ['--enable-unsafe-swiftshader', '--no-sandbox', '--disable-dev-shm-usage'],
    });
    const page = await browser.newPage({ viewport, deviceScaleFactor });
    page.setDefaultTimeout(patience);
    const lines: string[] = [];
    page.on('console', (message) => lines.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => lines.push(`page error: ${error.message}`));
    return new Editor(page, server, browser, profile, lines);
  }

  /** Opens a file of the workspace in the viewer. */
  async open(file: string): Promise<Viewer> {
    if (!this.met) await this.meetExtension();
    await this.quickOpen(file);
    return this.viewer(basename(file));
  }

  /** Opens the workspace, without any file. */
  async meet(): Promise<void> {
    if (!this.met) await this.meetExtension();
  }

  /**
   * Closes the page and takes away all that VS Code kept of it: the next file is opened as in a new window, which finds
   * the workspace's storage in use by another that has not ended yet.
   */
  async forget(): Promise<void> {
    const { origin } = new URL(this.page.url());
    await this.page.goto('about:blank');
    const session = await this.page.context().newCDPSession(this.page);
    await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb,local_storage' });
    await session.detach();
    const user = join(this.profile, 'user-data', 'User');
    await rm(join(user, 'Backups'), { recursive: true, force: true });
    const owner = JSON.stringify({ pid: process.pid, willReleaseAt: 0 });
    for (const workspace of foldersIn(join(user, 'workspaceStorage')))
      await writeFile(join(user, 'workspaceStorage', workspace, 'vscode.lock'), owner);
    this.met = false;
  }

  private met = false;

  /**
   * Opens the workspace and waits until the palette offers the extension's commands: a file opened before that
   * would be shown as text.
   */
  private async meetExtension(): Promise<void> {
    await this.page.goto(this.server.url());
    await this.page.waitForSelector('.monaco-workbench .explorer-viewlet');
    const input = this.page.locator('.quick-input-widget input');
    const offered = this.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Disc Labeling' });
    for (const deadline = Date.now() + patience; !this.met;) {
      if (Date.now() > deadline)
        throw new Error(`the extension did not come up:\n${this.console.join('\n')}`);
      await this.page.keyboard.press('F1');
      await input.waitFor();
      await input.fill('>Disc Labeling: Show Log');
      await this.page.waitForTimeout(250);
      this.met = (await offered.count()) > 0;
      await this.page.keyboard.press('Escape');
      await input.waitFor({ state: 'hidden' });
    }
  }

  private quickOpen(file: string): Promise<void> {
    return this.ask('ControlOrMeta+P', file, basename(file));
  }

  /** The viewer of the active editor, which has to show a file of this name if one is given. */
  async viewer(name?: string): Promise<Viewer> {
    if (name !== undefined) await this.page.locator('.tab.active', { hasText: name }).waitFor();
    for (const deadline = Date.now() + patience; Date.now() < deadline;) {
      for (const frame of this.page.frames()) {
        const visible = await frame
          .evaluate(() => {
            const root = document.getElementById('viewer');
            return root?.dataset['state'] !== undefined && root.getBoundingClientRect().width > 0;
          })
          .catch(() => false);
        // Webviews of tabs in the background are still there, behind.
        if (visible && (await (await frame.parentFrame()!.frameElement()).isVisible()))
          return new Viewer(frame, this.page);
      }
      await this.page.waitForTimeout(100);
    }
    throw new Error(`no viewer came up:\n${this.console.join('\n')}`);
  }

  /** Renames a file in the explorer. */
  async rename(from: string, to: string): Promise<void> {
    const explorer = this.page.locator('.explorer-viewlet');
    await explorer.locator('.monaco-list-row', { hasText: from }).click();
    await this.page.keyboard.press('F2');
    const input = explorer.locator('.monaco-inputbox input');
    await input.fill(to);
    await input.press('Enter');
    await explorer.locator('.monaco-list-row', { hasText: to }).waitFor();
  }

  /** Deletes a file in the explorer, for good, whatever of it is not saved. */
  async delete(name: string): Promise<void> {
    const row = this.page.locator('.explorer-viewlet .monaco-list-row', { hasText: name });
    await row.click();
    await this.page.keyboard.press('Shift+Delete');
    const confirm = this.page.locator('.monaco-dialog-box .monaco-button', { hasText: /Delete|Continue/i });
    // It asks once or twice: what is not saved would be lost.
    for (const deadline = Date.now() + patience; (await row.isVisible()) && Date.now() < deadline;)
      await confirm
        .first()
        .click({ timeout: 2000 })
        .catch(() => {});
  }

  /** Runs a command by its whole title in the palette; an ellipsis at its end may be left out. */
  command(title: string): Promise<void> {
    return this.ask('F1', `>${title}`, new RegExp(`^${escaped(title)}\u2026?$`));
  }

  /** Opens the palette with a key, types, and takes a row of what it then lists. */
  private async ask(key: string, text: string, row: string | RegExp): Promise<void> {
    for (const deadline = Date.now() + patience; ;) {
      try {
        await this.page.keyboard.press(key);
        await this.quickInput.waitFor({ timeout: paletteWait });
        await this.quickInput.fill(text, { timeout: paletteWait });
        // Not Enter: the list may still be that of the text before.
        return await this.clickRow(row, paletteWait);
      } catch (error) {
        // An editor that opens late takes the keyboard, and the palette closes.
        if (Date.now() > deadline) throw error;
      }
    }
  }

  /** Picks a row by its label from the list with these words in its title. */
  async pick(words: string | RegExp, label: string | RegExp): Promise<void> {
    await this.asked(words);
    // Alone in the list, a row does not move while it is clicked.
    if (typeof label === 'string') await this.type(label);
    await this.clickRow(label);
  }

  /** Takes what is ticked in the list that asks. */
  done(): Promise<void> {
    return this.page
      .locator(`${question} .quick-input-action .monaco-button:visible`, { hasText: 'OK' })
      .click();
  }

  /** Answers the question with these words; without a text, with what it proposes. */
  async answer(words: string | RegExp, text?: string): Promise<void> {
    await this.asked(words);
    if (text !== undefined) await this.type(text);
    await this.quickInput.press('Enter');
    await this.gone(words);
  }

  /** Gives the dialog for files with these words in its title a path. */
  async choosePath(words: string | RegExp, path: string): Promise<void> {
    await this.asked(words);
    const dialog = this.page.locator(question, { hasText: words });
    const input = dialog.locator('.quick-input-filter input[type=text]');
    const button = dialog.locator('.quick-input-action .monaco-button:visible').first();
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
    const typed = isFolder ? `${path}/` : path;
    const inside = isFolder ? foldersIn(path)[0] : undefined;
    // The folder it starts in comes late, in place of what was typed before or in front of it; and until it has
    // looked into a folder that was typed, it would take the one it was in.
    const ready = async (): Promise<boolean> =>
      (await input.inputValue({ timeout: 1000 }).catch(() => '')) === typed &&
      (inside === undefined || (await dialog.locator('.label-name', { hasText: inside }).count()) > 0);
    for (const deadline = Date.now() + patience; (await dialog.count()) > 0;) {
      if (Date.now() > deadline) throw new Error(`the dialog did not take ${path}`);
      if (await ready()) await button.click({ timeout: 1000 }).catch(() => {});
      else await input.fill(typed, { timeout: 1000 }).catch(() => {});
      await this.page.waitForTimeout(500);
    }
  }

  /** Waits for a notification, and presses its button if one is given. */
  async notified(text: string | RegExp, button?: string): Promise<string> {
    const toast = this.page.locator('.notifications-toasts .notification-toast', { hasText: text }).last();
    await toast.waitFor();
    const message = await toast.locator('.notification-list-item-message').innerText();
    if (button !== undefined) await toast.locator('.monaco-button', { hasText: button }).click();
    return message;
  }

  /** Chooses from the context menu that is open. */
  async menu(label: string): Promise<void> {
    const item = this.page.locator('.context-view .action-label', { hasText: label });
    await item.waitFor();
    // A menu takes no click in its first moments, so that the one that opened it chooses nothing.
    await this.page.waitForTimeout(500);
    await item.click();
  }

  /** Shows a file of the workspace in its usual editor. */
  async show(file: string): Promise<void> {
    await this.quickOpen(file);
    await this.page.locator('.tab.active', { hasText: basename(file) }).waitFor();
  }

  /** Presses a lens of the file in front. */
  async lens(title: string): Promise<void> {
    await this.page.locator('.editor-instance:visible .codelens-decoration a', { hasText: title }).click();
  }

  /** A view of ours in the side bar. */
  view(name: 'Models' | 'Runs'): Locator {
    return this.page.locator(`.pane:has(.pane-header[aria-label^="${name}"])`);
  }

  /** The first entry of a view of ours with this text, with the side bar on it. */
  async entry(view: 'Models' | 'Runs', text: string): Promise<Locator> {
    await this.command(`Disc Labeling: Focus on ${view} View`);
    return this.view(view).locator('.monaco-list-row', { hasText: text }).first();
  }

  /** The page of ours in front that has such an element. */
  async webview(selector: string): Promise<Frame> {
    for (const deadline = Date.now() + patience; Date.now() < deadline;) {
      for (const frame of this.page.frames()) {
        const shown = await frame
          .evaluate((wanted) => {
            const element = document.querySelector(wanted);
            return element !== null && element.getBoundingClientRect().width > 0;
          }, selector)
          .catch(() => false);
        // Webviews of tabs in the background are still there, behind.
        if (shown && (await (await frame.parentFrame()?.frameElement())?.isVisible())) return frame;
      }
      await this.page.waitForTimeout(100);
    }
    throw new Error(`no page with ${selector} came up:\n${this.console.join('\n')}`);
  }

  private get quickInput() {
    return this.page.locator(`${question} .quick-input-filter input[type=text]`);
  }

  /** Types into the list or line that asks: more than once where a page that opens late takes the keyboard. */
  private async type(text: string): Promise<void> {
    for (const deadline = Date.now() + patience; Date.now() < deadline;) {
      await this.quickInput.fill(text);
      if ((await this.quickInput.inputValue()) === text) return;
    }
    throw new Error(`"${text}" could not be typed`);
  }

  private async asked(words: string | RegExp): Promise<void> {
    await this.page.locator(question, { hasText: words }).waitFor();
  }

  private async gone(words: string | RegExp): Promise<void> {
    await this.page.locator(question, { hasText: words }).waitFor({ state: 'hidden' });
  }

  private async clickRow(label: string | RegExp, timeout = patience): Promise<void> {
    const rows = this.page.locator(`${question} .quick-input-list .monaco-list-row`);
    await rows
      .filter({ has: this.page.locator('.label-name', { hasText: label }) })
      .first()
      .click({ timeout });
  }

  /** Changes user settings while the editor runs. */
  async set(settings: Readonly<Record<string, unknown>>): Promise<void> {
    const path = join(this.profile, 'user-data', 'User', 'settings.json');
    const before = JSON.parse(await readFile(path, 'utf8')) as object;
    await writeFile(path, JSON.stringify({ ...before, ...settings }, null, 2));
  }

  /** Process ids of the backends this editor has started and that still run. */
  backends(): number[] {
    const list = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' });
    return list
      .split('\n')
      .filter((line) => line.includes(this.profile) && line.includes('server.mjs'))
      .map((line) => Number.parseInt(line, 10));
  }

  /** Text of the notifications that are shown. */
  notifications(): Promise<string[]> {
    return this.page.locator('.notifications-toasts .notification-list-item-message').allInnerTexts();
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    await rm(this.profile, { recursive: true, force: true });
  }
}

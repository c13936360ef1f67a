/** Entry of the viewer's bundle. */
import './viewer.css';
import { registerToolkit } from '../toolkit.js';
import { Host } from './host.js';
import { useTranslations } from './localize.js';
import type { Memory } from './memory.js';
import { Viewer } from './viewer.js';

registerToolkit();
// The extension host puts them into the page.
useTranslations(JSON.parse(document.body.dataset['l10n'] ?? '{}') as Record<string, string>);
const host = new Host<Memory>();
window.addEventListener('error', ({ message }) => host.log('error', message));
window.addEventListener('unhandledrejection', ({ reason }) => host.log('error', String(reason)));
void new Viewer(document.getElementById('viewer')!, host).start();

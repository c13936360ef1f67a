/** Entry of the viewer's bundle. */
import './viewer.css';
import { registerToolkit } from '../toolkit.js';
import { Host } from './host.js';
import type { Memory } from './memory.js';
import { Viewer } from './viewer.js';

registerToolkit();
const host = new Host<Memory>();
window.addEventListener('error', ({ message }) => host.log('error', message));
window.addEventListener('unhandledrejection', ({ reason }) => host.log('error', String(reason)));
void new Viewer(document.getElementById('viewer')!, host).start();

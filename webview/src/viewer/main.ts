/** Entry of the viewer's bundle. */
import './viewer.css';
import { startPage } from '../common/page.js';
import type { ViewerAction, ViewerRequest, ViewerState } from '../messages/viewer.js';
import type { Memory } from './memory.js';
import { Viewer } from './viewer.js';

const { host, root } = startPage<ViewerState, ViewerRequest, ViewerAction, Memory>();
void new Viewer(root, host).start();

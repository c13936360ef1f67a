/** Entry of the training dashboard's bundle. */
import 'uplot/dist/uPlot.min.css';
import './training.css';
import { startPage } from '../common/page.js';
import type {
  DashboardAction,
  DashboardMemory,
  DashboardRequest,
  DashboardState,
} from '../messages/training.js';
import { Dashboard } from './dashboard.js';

const { host, root } = startPage<DashboardState, DashboardRequest, DashboardAction, DashboardMemory>();
new Dashboard(root, host).start();

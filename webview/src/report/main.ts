/** Entry of the report page's bundle, in the editor and in a report saved as one HTML file. */
import 'uplot/dist/uPlot.min.css';
import './report.css';
import { preparePage, startPage } from '../common/page.js';
import type { ReportRequest, ReportState } from '../messages/report.js';
import { EmbeddedHost } from './embedded.js';
import type { Memory } from './memory.js';
import { ReportPage } from './report-page.js';

const embedded = EmbeddedHost.find();
if (embedded) new ReportPage(preparePage(), embedded, { inEditor: false });
else {
  const { host, root } = startPage<ReportState, ReportRequest, never, Memory>();
  new ReportPage(root, host, { inEditor: true });
}

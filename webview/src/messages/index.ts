/** What the editor (extension host) and its pages (webviews) say to each other. */
export type * from './gallery.js';
export type * from './page.js';
export type * from './training.js';
export type * from './report.js';
export type * from './viewer.js';

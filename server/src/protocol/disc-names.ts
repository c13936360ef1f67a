/** Names of discs, for the doors' own lists. */
export { discName, lumbosacralDisc, uppermostDisc } from '../volume/levels.js';

/** Names of discs, for the doors' own lists. */
export { discName, spineDiscs } from '../volume/levels.js';

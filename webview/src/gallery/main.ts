/** Entry of the gallery's bundle. */
import './gallery.css';
import { startPage } from '../common/page.js';
import type { GalleryAction, GalleryMemory, GalleryRequest, GalleryState } from '../messages/gallery.js';
import { Gallery } from './gallery.js';

const { host, root } = startPage<GalleryState, GalleryRequest, GalleryAction, GalleryMemory>();
new Gallery(root, host).start();

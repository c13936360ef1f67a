import * as vscode from 'vscode';
import { animate } from './animate.js';
import { withoutBackend, type Command } from './command.js';
import { openGallery } from './open-gallery.js';
import { showAttention } from './show-attention.js';

/** Pictures: what a network looks at, how it learnt, what it learns from. */
export const pictureCommands = {
  showAttention: {
    obstacle: withoutBackend,
    run: (extension, given, sample) =>
      showAttention(extension, {
        uri: given instanceof vscode.Uri ? given : undefined,
        sample: typeof sample === 'string' ? sample : undefined,
      }),
  },
  animate: { obstacle: withoutBackend, run: ({ backend }, given) => animate(backend, given) },
  openGallery: { obstacle: withoutBackend, run: ({ galleries }, given) => openGallery(galleries, given) },
} satisfies Record<string, Command>;

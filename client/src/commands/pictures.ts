import * as vscode from 'vscode';
import { animate } from './animate.js';
import { onGiven, withoutBackend, type Command } from './command.js';
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
  animate: onGiven(({ backend }, given) => animate(backend, given)),
  openGallery: onGiven(({ galleries }, given) => openGallery(galleries, given)),
} satisfies Record<string, Command>;

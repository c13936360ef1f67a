import { h } from '../common/dom.js';
import type { orientationLetters, Tile } from './geometry.js';

interface Place {
  readonly rect: Tile['rect'];
  readonly letters: ReturnType<typeof orientationLetters>;
}

/** CSS pixels a tile needs along an axis to have letters at both its ends. */
const smallest = 60;

const sides = ['left', 'right', 'top', 'bottom'] as const;

/** The letters at the edges of each slice that say which way is which. */
export class OrientationLayer {
  readonly element = h('div', { class: 'orientation', 'aria-hidden': 'true' });

  place(places: readonly Place[]): void {
    const wanted = places.length * sides.length;
    while (this.element.childElementCount < wanted) this.element.append(h('span', { class: 'letter' }));
    const letters = [...this.element.children] as HTMLElement[];
    for (const letter of letters.slice(wanted)) letter.hidden = true;
    places.forEach(({ rect: { left, top, width, height }, letters: names }, i) => {
      const at = {
        left: [left + 10, top + height / 2],
        right: [left + width - 10, top + height / 2],
        top: [left + width / 2, top + 10],
        bottom: [left + width / 2, top + height - 10],
      } as const;
      sides.forEach((side, j) => {
        const letter = letters[i * sides.length + j];
        letter.textContent = names[side];
        letter.hidden = (j < 2 ? width : height) < smallest;
        letter.style.transform = `translate(${at[side][0]}px, ${at[side][1]}px) translate(-50%, -50%)`;
      });
    });
  }
}

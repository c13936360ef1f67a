/**
 * Draws a volume: the only file that knows NiiVue. Its peculiarities, so that nobody has to find them again:
 * canvas positions are device pixels; `mm2frac` and `frac2mm` need their third argument for oblique scans, while
 * slices are laid out in the frame *without* it; voxels it reports are reordered to RAS; there is no event for
 * panning and zooming, so drawing itself is observed; its own mouse and key handling stays off.
 */
import { Niivue, NVImage, SLICE_TYPE } from '@niivue/niivue';
import { attentionRamp, heatmapRamp, type Ramp } from './colormaps.js';
import {
  affineFromRows,
  apply,
  affineOf,
  invert,
  type Affine3,
  type Plane,
  type Tile,
  type Vec3,
} from './geometry.js';
import { layoutTiles } from './tile-layout.js';

export type Layout = 'sagittal' | 'multiplanar';
export type OverlayKind = 'attention' | 'heatmap';

/** Lowest and highest intensity shown, in the volume's own values. */
export interface Window {
  readonly low: number;
  readonly high: number;
}

/** Slice axes of NiiVue's RAS frame: sagittal slices are stacked along x, coronal ones along y, axial along z. */
const axisOf: Record<Plane, 0 | 1 | 2> = { sagittal: 0, coronal: 1, axial: 2 };
const planes: Partial<Record<SLICE_TYPE, Plane>> = {
  [SLICE_TYPE.SAGITTAL]: 'sagittal',
  [SLICE_TYPE.CORONAL]: 'coronal',
  [SLICE_TYPE.AXIAL]: 'axial',
};
const sliceTypes: Record<Plane, SLICE_TYPE> = {
  sagittal: SLICE_TYPE.SAGITTAL,
  coronal: SLICE_TYPE.CORONAL,
  axial: SLICE_TYPE.AXIAL,
};
/** World axes on a tile's screen: right, up, into the screen. */
const swizzle: Record<Plane, readonly [0 | 1 | 2, 0 | 1 | 2]> = {
  sagittal: [1, 2],
  coronal: [0, 2],
  axial: [0, 1],
};

const ramps: Record<OverlayKind, Ramp> = { attention: attentionRamp, heatmap: heatmapRamp };
/** Overlays fade out below this value, so that the anatomy stays visible. */
const overlayFull = 0.75;
/** NiiVue's colour map type that does so (its `COLORMAP_TYPE`, which it does not export, is misnamed there). */
const translucentBelowMinimum = 1;

/** Tells when something was drawn, and lets the layout follow the canvas before it is. */
class ObservedNiivue extends Niivue {
  beforeDraw: () => void = () => {};
  afterDraw: () => void = () => {};

  override drawScene(): string | void {
    this.beforeDraw();
    const position = super.drawScene();
    this.afterDraw();
    return position;
  }
}

/** A graphics card that can't show the volume, said so that the user can act. */
export class CannotDraw extends Error {}

export class VolumeView {
  readonly #canvas: HTMLCanvasElement;
  readonly #nv: ObservedNiivue;
  readonly #overlays = new Map<OverlayKind, NVImage>();
  readonly #opacities: Record<OverlayKind, number> = { attention: 0, heatmap: 0 };
  #layout: Layout = 'sagittal';
  #refresh = 0;

  private constructor(canvas: HTMLCanvasElement, nv: ObservedNiivue) {
    this.#canvas = canvas;
    this.#nv = nv;
  }

  /**
   * @param onDraw called after every drawing, when {@link tiles} may have changed
   * @throws CannotDraw without WebGL 2
   */
  static async create(canvas: HTMLCanvasElement, onDraw: () => void): Promise<VolumeView> {
    const nv = new ObservedNiivue({
      interactive: false,
      dragAndDropEnabled: false,
      logLevel: 'error',
      loadingText: '',
      backColor: [0, 0, 0, 1],
      show3Dcrosshair: false,
      crosshairWidth: 0, // drawn over the picture instead, one pixel wide
      isColorbar: false,
      isOrientationTextVisible: false,
      isRadiologicalConvention: true,
      sagittalNoseLeft: true,
      sliceType: SLICE_TYPE.SAGITTAL,
      isAntiAlias: true,
    });
    for (const { name, colours } of Object.values(ramps)) {
      const steps = colours.map((_, i) => Math.round((255 * i) / (colours.length - 1)));
      nv.addColormap(name, {
        R: colours.map(([red]) => red),
        G: colours.map(([, green]) => green),
        B: colours.map(([, , blue]) => blue),
        A: steps.map((_, i) => (i === 0 ? 0 : 255)),
        I: steps,
      });
    }
    const view = new VolumeView(canvas, nv);
    try {
      await nv.attachToCanvas(canvas);
    } catch (error) {
      throw new CannotDraw(
        'WebGL 2 is not available here. Turn on hardware acceleration, or open the file on another computer.',
        { cause: error },
      );
    }
    nv.beforeDraw = () => view.#arrange();
    nv.afterDraw = onDraw;
    return view;
  }

  get #volume(): NVImage | undefined {
    return this.#nv.volumes[0];
  }

  /** Replaces what is drawn by a NIfTI file (gzip or not). @throws CannotDraw for one too large for the graphics card */
  async show(bytes: ArrayBuffer, name: string): Promise<void> {
    const image = await NVImage.loadFromUrl({
      url: name,
      name,
      buffer: bytes,
      colormap: 'gray',
      trustCalMinMax: false,
    });
    const limit = this.#nv.uiData.max3D ?? 2048;
    if (image.dimsRAS!.slice(1, 4).some((size) => size > limit))
      throw new CannotDraw(
        `The volume is larger than the ${limit} voxels a side this graphics card can draw.`,
      );
    this.#overlays.clear();
    for (const old of [...this.#nv.volumes].reverse()) this.#nv.removeVolume(old);
    this.#nv.addVolume(image);
  }

  /** Draws a map over the volume, or with `null` none. */
  async setOverlay(kind: OverlayKind, bytes: ArrayBuffer | null): Promise<void> {
    const image =
      bytes &&
      (await NVImage.loadFromUrl({
        url: `${kind}.nii`,
        name: `${kind}.nii`,
        buffer: bytes,
        colormap: ramps[kind].name,
        opacity: this.#opacities[kind],
        cal_min: overlayFull,
        cal_max: 1,
      }));
    if (image) image.colormapType = translucentBelowMinimum;
    const old = this.#overlays.get(kind);
    if (old) this.#nv.removeVolume(old);
    this.#overlays.delete(kind);
    if (!image || !this.#volume) return;
    this.#overlays.set(kind, image);
    this.#nv.addVolume(image);
  }

  /** 0..1; 0 hides it. */
  setOverlayOpacity(kind: OverlayKind, opacity: number): void {
    this.#opacities[kind] = opacity;
    const image = this.#overlays.get(kind);
    if (!image || image.opacity === opacity) return;
    image.opacity = opacity;
    this.#refreshSoon();
  }

  get window(): Window {
    return { low: this.#volume?.cal_min ?? 0, high: this.#volume?.cal_max ?? 1 };
  }

  set window({ low, high }: Window) {
    const volume = this.#volume;
    if (!volume || !(high > low)) return;
    volume.cal_min = low;
    volume.cal_max = high;
    this.#refreshSoon();
  }

  /** The window that leaves out the outermost 2 % of the intensities. */
  get robustWindow(): Window {
    const volume = this.#volume;
    return { low: volume?.robust_min ?? 0, high: volume?.robust_max ?? 1 };
  }

  /** Lowest and highest intensity there is. */
  get range(): Window {
    const volume = this.#volume;
    return { low: volume?.global_min ?? 0, high: volume?.global_max ?? 1 };
  }

  /** Uploads window and opacity to the graphics card, once for all changes of a frame. */
  #refreshSoon(): void {
    this.#refresh ||= requestAnimationFrame(() => {
      this.#refresh = 0;
      this.#nv.updateGLVolume();
    });
  }

  get layout(): Layout {
    return this.#layout;
  }

  set layout(layout: Layout) {
    if (layout === this.#layout) return;
    this.#layout = layout;
    this.#nv.opts.sliceType = layout === 'sagittal' ? SLICE_TYPE.SAGITTAL : SLICE_TYPE.MULTIPLANAR;
    this.redraw();
  }

  redraw(): void {
    this.#nv.drawScene();
  }

  /** Lays out the tiles of the multiplanar view for the present size of the canvas. */
  #arrange(): void {
    const volume = this.#volume;
    if (this.#layout === 'sagittal' || !volume) {
      this.#nv.customLayout = [];
      return;
    }
    const { width, height } = this.#canvas;
    const extent = [0, 1, 2].map((i) => volume.extentsMaxOrtho![i] - volume.extentsMinOrtho![i]);
    const gap = Math.round(6 * this.#pixelRatio);
    this.#nv.customLayout = layoutTiles([extent[0], extent[1], extent[2]], width, height, gap).map(
      ({ plane, left, top, width: w, height: h }) => ({
        sliceType: sliceTypes[plane],
        position: [left / width, top / height, w / width, h / height] as [number, number, number, number],
      }),
    );
  }

  get #pixelRatio(): number {
    return this.#canvas.width / Math.max(1, this.#canvas.clientWidth);
  }

  /** Number of slices of a plane. */
  sliceCount(plane: Plane): number {
    return this.#volume?.dimsRAS?.[axisOf[plane] + 1] ?? 1;
  }

  /** Which slice of a plane is drawn, from 0, counted to the right, to anterior, to superior. */
  slice(plane: Plane): number {
    return Math.round(this.#nv.scene.crosshairPos[axisOf[plane]] * this.sliceCount(plane) - 0.5);
  }

  setSlice(plane: Plane, index: number): void {
    const count = this.sliceCount(plane);
    const kept = Math.min(Math.max(index, 0), count - 1);
    this.#nv.scene.crosshairPos[axisOf[plane]] = (kept + 0.5) / count;
    this.redraw();
  }

  /** Puts the cross hair, and with it the drawn slices, at the voxel centre next to a place of the file. */
  goTo(voxel: Vec3): void {
    const fraction = this.#fractionOf(voxel);
    const position = this.#nv.scene.crosshairPos;
    (['sagittal', 'coronal', 'axial'] as const).forEach((plane, axis) => {
      const count = this.sliceCount(plane);
      const index = Math.min(Math.max(Math.round(fraction[axis] * count - 0.5), 0), count - 1);
      position[axis] = (index + 0.5) / count;
    });
    this.redraw();
  }

  /** The file voxel (fractional) at the cross hair. */
  get crosshair(): Vec3 {
    const inverse = invert(affineOf((voxel) => this.#fractionOf(voxel)));
    const [x, y, z] = this.#nv.scene.crosshairPos;
    return inverse ? apply(inverse, [x, y, z]) : [0, 0, 0];
  }

  /** 1: the whole slice fits. */
  get zoom(): number {
    return this.#nv.scene.pan2Dxyzmm[3];
  }

  /** Zooms so that the place under a point of a tile (CSS pixels) stays where it is. */
  zoomAt(factor: number, tile: Tile, x: number, y: number): void {
    const [panX, panY, panZ, before] = this.#nv.scene.pan2Dxyzmm;
    const after = Math.min(Math.max(before * factor, 0.5), 16);
    const point = this.#slicePoint(tile, x, y);
    if (!point) return;
    const change = before - after;
    this.#nv.setPan2Dxyzmm([
      panX + point[0] * change,
      panY + point[1] * change,
      panZ + point[2] * change,
      after,
    ]);
  }

  /** Moves the picture with the pointer (CSS pixels). */
  panBy(tile: Tile, dx: number, dy: number): void {
    const { left, top } = tile.rect;
    const from = this.#slicePoint(tile, left, top);
    const to = this.#slicePoint(tile, left + dx, top + dy);
    if (!from || !to) return;
    const pan = this.#nv.scene.pan2Dxyzmm;
    const by = [0, 1, 2].map((i) => (to[i] - from[i]) * pan[3]);
    this.#nv.setPan2Dxyzmm([pan[0] + by[0], pan[1] + by[1], pan[2] + by[2], pan[3]]);
  }

  /** The whole slice, centred. */
  fit(): void {
    this.#nv.setPan2Dxyzmm([0, 0, 0, 1]);
  }

  get pan(): readonly [number, number, number, number] {
    const [x, y, z, zoom] = this.#nv.scene.pan2Dxyzmm;
    return [x, y, z, zoom];
  }

  set pan([x, y, z, zoom]: readonly [number, number, number, number]) {
    this.#nv.setPan2Dxyzmm([x, y, z, zoom]);
  }

  /** A screen point in the unrotated mm frame in which slices are laid out; off-plane from the cross hair. */
  #slicePoint(tile: Tile, x: number, y: number): Vec3 | null {
    const slice = this.#nv.screenSlices.find(({ axCorSag }) => planes[axCorSag] === tile.plane);
    if (!slice) return null;
    const { left, top, width, height } = tile.rect;
    const [right, up] = swizzle[tile.plane];
    const [cx, cy, cz] = this.#nv.frac2mm(this.#nv.scene.crosshairPos, 0, false);
    const point: [number, number, number] = [cx, cy, cz];
    point[right] = slice.leftTopMM[0] + ((x - left) / width) * slice.fovMM[0];
    point[up] = slice.leftTopMM[1] + (1 - (y - top) / height) * slice.fovMM[1];
    return point;
  }

  /** Place of a file voxel in NiiVue's texture, 0..1 along right, anterior, superior. */
  #fractionOf(voxel: Vec3): Vec3 {
    const [x, y, z] = this.#nv.mm2frac(apply(this.affine, voxel) as [number, number, number], 0, true);
    return [x, y, z];
  }

  /** File voxel to world mm as NiiVue reads the header. */
  get affine(): Affine3 {
    const rows = this.#volume?.hdr?.affine;
    return rows
      ? affineFromRows(rows)
      : [
          [1, 0, 0, 0],
          [0, 1, 0, 0],
          [0, 0, 1, 0],
        ];
  }

  /** The slices on the screen. */
  get tiles(): readonly Tile[] {
    const volume = this.#volume;
    if (!volume) return [];
    const ratio = this.#pixelRatio;
    return this.#nv.screenSlices.flatMap((slice) => {
      const plane = planes[slice.axCorSag];
      if (!plane) return [];
      const [left, top, width, height] = slice.leftTopWidthHeight.map((value) => value / ratio);
      const [right, up] = swizzle[plane];
      const axis = axisOf[plane];
      const thickness = volume.pixDimsRAS![axis + 1] * volume.dimsRAS![axis + 1];
      const fromVoxel = affineOf((voxel) => {
        const fraction = this.#fractionOf(voxel);
        const mm = this.#nv.frac2mm(fraction as [number, number, number], 0, false);
        const x = (mm[right] - slice.leftTopMM[0]) / slice.fovMM[0];
        const y = (mm[up] - slice.leftTopMM[1]) / slice.fovMM[1];
        return [left + x * width, top + (1 - y) * height, (fraction[axis] - slice.sliceFrac) * thickness];
      });
      return [{ plane, rect: { left, top, width, height }, fromVoxel }];
    });
  }

  /** Intensity of a file voxel, scaled as the header says; null outside, and for colours. */
  intensity(voxel: Vec3): number | null {
    const volume = this.#volume;
    const header = volume?.hdr;
    if (!volume?.img || !header) return null;
    const [, ni, nj, nk] = header.dims.map((size) => Math.max(size, 1));
    const [i, j, k] = voxel.map(Math.round);
    if (i < 0 || j < 0 || k < 0 || i >= ni || j >= nj || k >= nk || header.numBitsPerVoxel === 24)
      return null;
    const slope = Number.isFinite(header.scl_slope) && header.scl_slope !== 0 ? header.scl_slope : 1;
    const intercept = Number.isFinite(header.scl_inter) ? header.scl_inter : 0;
    return volume.img[i + ni * (j + nj * k)] * slope + intercept;
  }

  /** The file's size in voxels along its first three axes. */
  get shape(): Vec3 {
    const dims = this.#volume?.hdr?.dims ?? [3, 1, 1, 1];
    return [Math.max(dims[1], 1), Math.max(dims[2], 1), Math.max(dims[3], 1)];
  }
}

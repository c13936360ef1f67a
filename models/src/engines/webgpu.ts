import type { KernelBackend } from '@tensorflow/tfjs-core';

/** The parts of Dawn's npm package `webgpu` that are used; it is optional, so are its types. */
interface Dawn {
  create(options: string[]): { requestAdapter(options: object): Promise<Adapter | null> };
  /** What a browser would have as globals. */
  globals: object;
}

interface Adapter {
  readonly info: AdapterInfo;
  readonly limits: Readonly<Record<string, number>>;
  requestDevice(descriptor: object): Promise<object>;
}

interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter?: boolean;
}

/** A graphics processor as its driver describes it. */
export interface GraphicsDevice {
  readonly name: string;
  /** Whether it is the CPU in disguise. */
  readonly software: boolean;
}

/** The adapter WebGPU prefers here. @throws Error where there is none */
async function adapter(): Promise<Adapter> {
  const name = 'webgpu';
  const { create, globals } = (await import(name)) as Dawn;
  Object.assign(globalThis, globals);
  // Without a reference Dawn may be collected while its devices are in use.
  const dawn = (kept ??= create([]));
  if (globalThis.navigator === undefined)
    Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  // Where TensorFlow.js looks whether there is WebGPU at all.
  Object.defineProperty(globalThis.navigator, 'gpu', { value: dawn, configurable: true });
  const found = await dawn.requestAdapter({ powerPreference: 'high-performance' });
  if (found === null) throw new Error('no graphics processor answers through WebGPU');
  return found;
}

let kept: ReturnType<Dawn['create']> | undefined;

/** What WebGPU computes on; null where Dawn is not installed or finds nothing. */
export async function webGpuDevice(): Promise<GraphicsDevice | null> {
  const info = await adapter().then(
    (found) => found.info,
    () => null,
  );
  if (info === null) return null;
  const name = info.description || [info.vendor, info.architecture].filter(Boolean).join(' ') || info.device;
  const software = info.isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|warp/i.test(name);
  return { name, software };
}

/** What TensorFlow.js asks of a device beyond the least that every one has to offer. */
const limits = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;

/** TensorFlow.js registers its WebGPU backend in browsers only; elsewhere it has to be given the device. */
export async function webGpuBackend(package_: {
  WebGPUBackend: new (device: object, info: AdapterInfo) => KernelBackend;
}): Promise<KernelBackend> {
  const found = await adapter();
  const requiredLimits = Object.fromEntries(limits.map((limit) => [limit, found.limits[limit]]));
  return new package_.WebGPUBackend(await found.requestDevice({ requiredLimits }), found.info);
}

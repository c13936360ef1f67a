import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { listSupportedBackends } from 'onnxruntime-node';
import { executionProviders, isOnnxRuntime, type OnnxRuntimeEngine } from './providers.js';
import { eagerBackends } from './tensorflow.js';
import type { EngineId } from './types.js';

/** Why an engine cannot work here as far as files tell, without loading anything; null where nothing speaks against it. */
export function whyAbsent(engine: EngineId): string | null {
  const reason = isOnnxRuntime(engine) ? providerMissing(engine) : packagesMissing(engine);
  if (reason !== null) return reason;
  return engine === 'webgpu' || engine === 'onnxruntime-webgpu' ? vulkanMissing() : null;
}

const onlyOn: Partial<Record<OnnxRuntimeEngine, string>> = {
  'onnxruntime-directml': 'DirectML is a part of Windows',
  'onnxruntime-coreml': 'Core ML is a part of macOS',
};

function providerMissing(engine: OnnxRuntimeEngine): string | null {
  const provider = executionProviders[engine];
  const known = listSupportedBackends().find(({ name }) => name === provider);
  if (known === undefined)
    return onlyOn[engine] ?? `ONNX Runtime has no ${provider} for ${process.platform} ${process.arch}`;
  if (known.bundled || existsSync(cudaLibrary())) return null;
  return "ONNX Runtime's CUDA library is not installed beside its CPU library";
}

/** ONNX Runtime prints to the terminal when it misses this library, so it is looked for first. */
function cudaLibrary(): string {
  const { platform, arch } = process;
  const name = platform === 'win32' ? 'onnxruntime_providers_cuda.dll' : 'libonnxruntime_providers_cuda.so';
  const main = createRequire(import.meta.url).resolve('onnxruntime-node');
  return join(dirname(main), '..', 'bin', 'napi-v6', platform, arch, name);
}

function packagesMissing(engine: EngineId): string | null {
  const { packages, native } = eagerBackends[engine]!;
  const folders = packages.map(({ name, bundled }) => [name, bundled ? '' : packageFolder(name)] as const);
  const missing = folders.find(([, folder]) => folder === null);
  if (missing) return `the npm package ${missing[0]} is not installed`;
  const [name, folder] = folders[0]!;
  if (native && !hasBinding(folder!))
    return `the native part of ${name} is not installed; \`npm rebuild ${name}\` fetches it`;
  return null;
}

function packageFolder(name: string): string | null {
  const places = createRequire(import.meta.url).resolve.paths(name) ?? [];
  return places.map((place) => join(place, name)).find((folder) => existsSync(folder)) ?? null;
}

/** tfjs-node keeps its binding under lib/napi-v<version>. */
function hasBinding(folder: string): boolean {
  const lib = join(folder, 'lib');
  return existsSync(lib) && readdirSync(lib).some((api) => existsSync(join(lib, api, 'tfjs_binding.node')));
}

/** On Linux WebGPU stands on Vulkan, whose drivers register themselves as files; elsewhere the system has all. */
function vulkanMissing(): string | null {
  if (process.platform !== 'linux') return null;
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES, VK_ADD_DRIVER_FILES, XDG_DATA_DIRS, XDG_DATA_HOME } =
    process.env;
  const named = [VK_DRIVER_FILES, VK_ICD_FILENAMES, VK_ADD_DRIVER_FILES].flatMap(
    (list) => list?.split(delimiter) ?? [],
  );
  const data = [
    ...(XDG_DATA_DIRS ?? '/usr/local/share:/usr/share').split(delimiter),
    XDG_DATA_HOME ?? join(homedir(), '.local', 'share'),
    '/etc',
    '/etc/xdg',
  ];
  const found = named.some((file) => existsSync(file)) || data.some(hasDrivers);
  return found ? null : 'no graphics processor has a Vulkan driver here';
}

function hasDrivers(data: string): boolean {
  const folder = join(data, 'vulkan', 'icd.d');
  return existsSync(folder) && readdirSync(folder).some((file) => file.endsWith('.json'));
}

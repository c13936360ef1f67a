import { zipSync } from 'fflate';

/** A tensor to be saved: a window into a storage. */
export interface SavedTensor {
  readonly storage: string;
  readonly offset?: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  /** Wrap in `torch._utils._rebuild_parameter`. */
  readonly parameter?: boolean;
}

export interface SavedStorage {
  /** `FloatStorage`, … */
  readonly type: string;
  readonly length: number;
  /** Little-endian elements. */
  readonly bytes: Uint8Array;
}

export interface SavedState {
  readonly tensors: Readonly<Record<string, SavedTensor>>;
  readonly storages: Readonly<Record<string, SavedStorage>>;
  /** Wrap the state dict under this key. */
  readonly under?: string;
  /** Replaces `torch._utils._rebuild_tensor_v2`. */
  readonly rebuild?: readonly [module: string, name: string];
}

export const floats = (...values: number[]): SavedStorage => ({
  type: 'FloatStorage',
  length: values.length,
  bytes: new Uint8Array(Float32Array.from(values).buffer),
});

/** What `torch.save` writes since PyTorch 1.6, entry by entry. */
export function saveZip(state: SavedState, options: { level?: 0 | 6; byteOrder?: string } = {}): Uint8Array {
  const entries: Record<string, Uint8Array> = { 'archive/data.pkl': statePickle(state, false) };
  if (options.byteOrder !== undefined) entries['archive/byteorder'] = ascii(options.byteOrder);
  for (const [key, { bytes }] of Object.entries(state.storages)) entries[`archive/data/${key}`] = bytes;
  return zipSync(entries, { level: options.level ?? 0 });
}

/** What `torch.save` wrote before PyTorch 1.6: five pickles, then the storages. */
export function saveLegacy(state: SavedState, options: { littleEndian?: boolean } = {}): Uint8Array {
  const keys = Object.keys(state.storages).sort();
  const magic = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
  return concat(
    pickle([0x8a, magic.length, ...magic]),
    pickle(integer(1001)),
    pickle([0x7d, 0x28, ...text('little_endian'), options.littleEndian === false ? 0x89 : 0x88, 0x75]),
    statePickle(state, true),
    pickle([0x5d, 0x28, ...keys.flatMap(text), 0x65]),
    ...keys.flatMap((key) => {
      const { length, bytes } = state.storages[key];
      return [new Uint8Array(BigInt64Array.of(BigInt(length)).buffer), bytes];
    }),
  );
}

function statePickle(state: SavedState, legacy: boolean): Uint8Array {
  const items = Object.entries(state.tensors).flatMap(([name, tensor]) => [
    ...text(name),
    ...tensorCode(state, tensor, legacy),
  ]);
  // OrderedDict() filled with the tensors, then BUILD with its `_metadata`, as state_dict() leaves it.
  const metadata = [0x7d, ...text('_metadata'), 0x7d, 0x73];
  const dictionary = [
    ...named('collections', 'OrderedDict'),
    0x29,
    0x52,
    0x28,
    ...items,
    0x75,
    ...metadata,
    0x62,
  ];
  return pickle(state.under === undefined ? dictionary : [0x7d, ...text(state.under), ...dictionary, 0x73]);
}

function tensorCode(state: SavedState, tensor: SavedTensor, legacy: boolean): number[] {
  const { type, length } = state.storages[tensor.storage];
  const id = [
    0x28,
    ...text('storage'),
    ...named('torch', type),
    ...text(tensor.storage),
    ...text('cpu'),
    ...integer(length),
    ...(legacy ? [0x4e] : []),
    0x74,
  ];
  const [module, name] = state.rebuild ?? ['torch._utils', '_rebuild_tensor_v2'];
  const hooks = [...named('collections', 'OrderedDict'), 0x29, 0x52];
  const built = [
    ...named(module, name),
    ...[
      0x28,
      ...id,
      0x51,
      ...integer(tensor.offset ?? 0),
      ...tuple(tensor.shape),
      ...tuple(tensor.strides),
      0x89,
    ],
    ...[...hooks, 0x74, 0x52],
  ];
  if (!tensor.parameter) return built;
  return [...named('torch._utils', '_rebuild_parameter'), 0x28, ...built, 0x88, ...hooks, 0x74, 0x52];
}

const pickle = (code: readonly number[]): Uint8Array => Uint8Array.from([0x80, 2, ...code, 0x2e]);
const ascii = (value: string): Uint8Array => new TextEncoder().encode(value);
const named = (module: string, name: string): number[] => [0x63, ...ascii(`${module}\n${name}\n`)];
const text = (value: string): number[] => [0x58, ...uint32(ascii(value).length), ...ascii(value)];
const integer = (value: number): number[] => [0x4a, ...uint32(value)];
const uint32 = (value: number): number[] => [...new Uint8Array(Uint32Array.of(value).buffer)];
const tuple = (values: readonly number[]): number[] => [0x28, ...values.flatMap(integer), 0x74];

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/**
 * A pickle reader that can only build plain data: dictionaries (as `Map`), lists and tuples (as arrays),
 * numbers, strings, booleans, null. Everything else a pickle may ask for, that is every named function or
 * class, is handed to the caller, who refuses it, builds it himself, or leaves it an {@link Inert} object. Nothing is
 * ever looked up or run by name.
 *
 * Opcodes: Python's `Lib/pickletools.py`, protocols 2 to 5 (what `torch.save` writes).
 */
export interface PickleHost {
  /** What stands for `module.name`: a function for what may be called, or an {@link Inert}. Throws to refuse. */
  global(module: string, name: string): unknown;
  /** What stands for a persistent id (PyTorch: a storage). Throws to refuse. */
  persistent(id: unknown): unknown;
}

/** Why a pickle can't be read; one clause, without the file's name. */
export class PickleError extends Error {
  override readonly name = 'PickleError';
}

/** An object that is not built, only known by the name of its class or function. Nothing of it is ever run. */
export class Inert {
  constructor(readonly name: string) {}
}

const MARK = Symbol('mark');

/** Reads one pickle beginning at `start`; `end` is the offset after its last byte. */
export function readPickle(
  bytes: Uint8Array,
  start: number,
  host: PickleHost,
): { value: unknown; end: number } {
  return new Machine(bytes, start, host).run();
}

class Machine {
  readonly #view: DataView;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();

  constructor(
    private readonly bytes: Uint8Array,
    private at: number,
    private readonly host: PickleHost,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): { value: unknown; end: number } {
    for (;;) {
      const opcode = this.#byte();
      if (opcode === 0x2e /* STOP */) return { value: this.#pop(), end: this.at };
      if (!(
        this.#constant(opcode) ||
        this.#memory(opcode) ||
        this.#container(opcode) ||
        this.#object(opcode)
      )) {
        const shown = `0x${opcode.toString(16).padStart(2, '0')}`;
        throw new PickleError(`its pickle holds the instruction ${shown}, which no checkpoint needs`);
      }
    }
  }

  /** Instructions that push a plain value. */
  #constant(opcode: number): boolean {
    switch (opcode) {
      case 0x4e: // NONE
        return this.#push(null);
      case 0x88: // NEWTRUE
        return this.#push(true);
      case 0x89: // NEWFALSE
        return this.#push(false);
      case 0x4b: // BININT1
        return this.#push(this.#byte());
      case 0x4d: // BININT2
        return this.#push(this.#view.getUint16(this.#skip(2), true));
      case 0x4a: // BININT
        return this.#push(this.#view.getInt32(this.#skip(4), true));
      case 0x8a: // LONG1
        return this.#push(this.#long(this.#byte()));
      case 0x8b: // LONG4
        return this.#push(this.#long(this.#length(4)));
      case 0x47: // BINFLOAT, the one big-endian number
        return this.#push(this.#view.getFloat64(this.#skip(8), false));
      case 0x58: // BINUNICODE
        return this.#push(this.#text(this.#length(4)));
      case 0x8c: // SHORT_BINUNICODE
        return this.#push(this.#text(this.#byte()));
      case 0x8d: // BINUNICODE8
        return this.#push(this.#text(this.#length(8)));
      case 0x55: // SHORT_BINSTRING
        return this.#push(this.#text(this.#byte()));
      case 0x54: // BINSTRING
        return this.#push(this.#text(this.#length(4)));
      case 0x43: // SHORT_BINBYTES
        return this.#push(this.#bytes(this.#byte()));
      case 0x42: // BINBYTES
        return this.#push(this.#bytes(this.#length(4)));
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        return this.#push(this.#bytes(this.#length(8)));
      default:
        return false;
    }
  }

  /** Instructions that store and fetch, or only frame what follows. */
  #memory(opcode: number): boolean {
    switch (opcode) {
      case 0x80: // PROTO
        return this.#protocol(this.#byte());
      case 0x95: // FRAME
        this.#skip(8);
        return true;
      case 0x71: // BINPUT
        return this.#store(this.#byte());
      case 0x72: // LONG_BINPUT
        return this.#store(this.#length(4));
      case 0x94: // MEMOIZE
        return this.#store(this.#memo.size);
      case 0x68: // BINGET
        return this.#fetch(this.#byte());
      case 0x6a: // LONG_BINGET
        return this.#fetch(this.#length(4));
      case 0x30: // POP
        this.#pop();
        return true;
      case 0x31: // POP_MARK
        this.#popToMark();
        return true;
      case 0x32: // DUP
        return this.#push(this.#top());
      default:
        return false;
    }
  }

  /** Instructions that build dictionaries, lists and tuples; sets become lists. */
  #container(opcode: number): boolean {
    switch (opcode) {
      case 0x28: // MARK
        return this.#push(MARK);
      case 0x7d: // EMPTY_DICT
        return this.#push(new Map());
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
      case 0x8f: // EMPTY_SET
        return this.#push([]);
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.#push(this.#popSeveral(opcode - 0x84));
      case 0x74: // TUPLE
      case 0x6c: // LIST
      case 0x91: // FROZENSET
        return this.#push(this.#popToMark());
      case 0x61: // APPEND
        return this.#append([this.#pop()]);
      case 0x65: // APPENDS
      case 0x90: // ADDITEMS
        return this.#append(this.#popToMark());
      case 0x73: // SETITEM
        return this.#assign(this.#popSeveral(2));
      case 0x75: // SETITEMS
        return this.#assign(this.#popToMark());
      default:
        return false;
    }
  }

  /** Instructions that name something outside the pickle; the host decides. */
  #object(opcode: number): boolean {
    switch (opcode) {
      case 0x63: // GLOBAL
        return this.#push(this.host.global(this.#line(), this.#line()));
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.#popSeveral(2);
        if (typeof module !== 'string' || typeof name !== 'string') throw damaged();
        return this.#push(this.host.global(module, name));
      }
      case 0x51: // BINPERSID
        return this.#push(this.host.persistent(this.#pop()));
      case 0x52: // REDUCE
      case 0x81: {
        // NEWOBJ
        const [call, args] = this.#popSeveral(2);
        return this.#push(apply(call, args));
      }
      case 0x92: {
        // NEWOBJ_EX
        const [call, args] = this.#popSeveral(3);
        return this.#push(apply(call, args));
      }
      case 0x62: // BUILD: attributes of a dictionary (a state dict's `_metadata`) carry no tensor
        this.#pop();
        if (!(this.#top() instanceof Map || this.#top() instanceof Inert)) throw damaged();
        return true;
      default:
        return false;
    }
  }

  #protocol(version: number): boolean {
    if (version >= 2 && version <= 5) return true;
    throw new PickleError(`its pickle protocol ${version} is not one of 2 to 5`);
  }

  #push(value: unknown): true {
    this.#stack.push(value);
    return true;
  }

  #pop(): unknown {
    if (this.#stack.length === 0) throw damaged();
    const value = this.#stack.pop();
    if (value === MARK) throw damaged();
    return value;
  }

  #top(): unknown {
    if (this.#stack.length === 0) throw damaged();
    return this.#stack[this.#stack.length - 1];
  }

  #popSeveral(count: number): unknown[] {
    return Array.from({ length: count }, () => this.#pop()).reverse();
  }

  #popToMark(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw damaged();
    const values = this.#stack.splice(mark);
    values.shift();
    return values;
  }

  #append(values: unknown[]): true {
    const list = this.#top();
    if (list instanceof Inert) return true;
    if (!Array.isArray(list)) throw damaged();
    for (const value of values) list.push(value);
    return true;
  }

  #assign(pairs: unknown[]): true {
    const dictionary = this.#top();
    if (dictionary instanceof Inert) return true;
    if (!(dictionary instanceof Map) || pairs.length % 2 !== 0) throw damaged();
    for (let i = 0; i < pairs.length; i += 2) dictionary.set(pairs[i], pairs[i + 1]);
    return true;
  }

  #store(index: number): true {
    this.#memo.set(index, this.#top());
    return true;
  }

  #fetch(index: number): true {
    if (!this.#memo.has(index)) throw damaged();
    return this.#push(this.#memo.get(index));
  }

  #byte(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  /** Moves past `count` bytes and says where they began. */
  #skip(count: number): number {
    const start = this.at;
    if (start + count > this.bytes.length)
      throw new PickleError('it ends in the middle (an incomplete copy?)');
    this.at = start + count;
    return start;
  }

  #length(size: 4 | 8): number {
    const at = this.#skip(size);
    return size === 4 ? this.#view.getUint32(at, true) : Number(this.#view.getBigUint64(at, true));
  }

  /** Little-endian two's complement of any length. */
  #long(length: number): number | bigint {
    if (length > 64) throw damaged();
    const at = this.#skip(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[at + i]);
    value = BigInt.asIntN(Math.max(1, 8 * length), value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  #text(length: number): string {
    const at = this.#skip(length);
    return new TextDecoder().decode(this.bytes.subarray(at, at + length));
  }

  #bytes(length: number): Uint8Array {
    const at = this.#skip(length);
    return this.bytes.subarray(at, at + length);
  }

  #line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw damaged();
    const text = this.#text(end - this.at);
    this.#skip(1);
    return text;
  }
}

/** A call of something the host allowed; of something inert the result is inert. */
function apply(call: unknown, args: unknown): unknown {
  if (!Array.isArray(args) || args.length > 16) throw damaged();
  if (call instanceof Inert) return new Inert(call.name);
  if (typeof call !== 'function') throw damaged();
  return call(...args);
}

function damaged(): PickleError {
  return new PickleError('its pickle is damaged');
}

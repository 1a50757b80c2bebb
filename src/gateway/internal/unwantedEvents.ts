/**
 * Recognizes events that nobody wants by what is before and after their data, without parsing it: parsing is three
 * quarters of the cost of an event, and most bots want few events. It reads byte by byte, because one call into Node's
 * native code would cost more than all of this.
 *
 * Discord writes `t`, `s` and `op` before `d`. A proxy that writes payloads anew may have another order.
 */

const dataKey = Buffer.from('"d":')
const eventKey = Buffer.from('"t":')
const sequenceKey = Buffer.from('"s":')
const opcodeKey = Buffer.from('"op":')

const quote = 0x22
const comma = 0x2c
const zero = 0x30
const braceOpen = 0x7b
const braceClose = 0x7d
const maxName = 64
const maxDigits = 15

// The names of events by a hash of their bytes, so that each is decoded once. Discord has about eighty.
const names = new Map<number, string>()
const maxNames = 1024

const isAt = (bytes: Buffer, at: number, end: number, expected: Buffer): boolean => {
  if (end - at < expected.length) return false
  for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected[i]) return false
  return true
}

const isName = (bytes: Buffer, from: number, to: number, name: string): boolean => {
  if (name.length !== to - from) return false
  for (let i = from; i < to; i++) if (bytes[i] !== name.charCodeAt(i - from)) return false
  return true
}

const nameAt = (bytes: Buffer, from: number, to: number, hash: number): string => {
  const known = names.get(hash)
  if (known !== undefined && isName(bytes, from, to, known)) return known
  const name = bytes.toString("latin1", from, to)
  if (names.size < maxNames) names.set(hash, name)
  return name
}

interface Listeners {
  readonly wants: (event: string) => boolean
}

// What is known of the payload that is being read. Of the module and not of a call: there are thousands a second.
let sequence = -1
let opcode = -1
let isUnwanted = false

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= zero && byte <= zero + 9

/** Whether the name from `from` to `to` is one that may be skipped. READY and RESUMED never are. */
const readName = (bytes: Buffer, from: number, to: number, listeners: Listeners): boolean => {
  let hash = 0
  for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0
  const name = nameAt(bytes, from, to, hash)
  isUnwanted = name !== "READY" && name !== "RESUMED" && !listeners.wants(name)
  return isUnwanted
}

const numberAt = (bytes: Buffer, from: number, to: number): number => {
  let number = 0
  for (let at = from; at < to; at++) number = number * 10 + (bytes[at] ?? 0) - zero
  return number
}

const isComplete = (): boolean => isUnwanted && sequence >= 0 && opcode === 0

/** Reads the member that begins at `at`. Returns where it ends, or 0 when the payload has to be parsed. */
const readForwards = (bytes: Buffer, at: number, end: number, listeners: Listeners): number => {
  if (isAt(bytes, at, end, eventKey)) {
    const from = at + eventKey.length + 1
    if (bytes[from - 1] !== quote || isUnwanted) return 0
    const limit = Math.min(end, from + maxName)
    let to = from
    while (to < limit && bytes[to] !== quote) to++
    return to < limit && readName(bytes, from, to, listeners) ? to + 1 : 0
  }
  const isSequence = isAt(bytes, at, end, sequenceKey)
  if (!isSequence && !isAt(bytes, at, end, opcodeKey)) return 0
  const from = at + (isSequence ? sequenceKey : opcodeKey).length
  const limit = Math.min(end, from + maxDigits)
  let to = from
  while (to < limit && isDigit(bytes[to])) to++
  return to > from && readNumber(isSequence, numberAt(bytes, from, to)) ? to : 0
}

/** Reads the member that ends before `end`. Returns where the comma before it is, or 0 when the payload has to be parsed. */
const readBackwards = (bytes: Buffer, start: number, end: number, listeners: Listeners): number => {
  const isText = bytes[end - 1] === quote
  const to = isText ? end - 1 : end
  const limit = Math.max(start, to - (isText ? maxName : maxDigits))
  let from = to
  while (from > limit && (isText ? bytes[from - 1] !== quote : isDigit(bytes[from - 1]))) from--
  if (from === to) return 0
  // The value begins after the key, with which nothing else can end: a quote within a text has a backslash before it.
  const value = isText ? from - 1 : from
  const key = isText ? eventKey : isAt(bytes, value - sequenceKey.length, end, sequenceKey) ? sequenceKey : opcodeKey
  const at = value - key.length
  if (at <= start || bytes[at - 1] !== comma || !isAt(bytes, at, end, key)) return 0
  const isRead = isText
    ? !isUnwanted && readName(bytes, from, to, listeners)
    : readNumber(key === sequenceKey, numberAt(bytes, from, to))
  return isRead ? at - 1 : 0
}

// What is there twice is for the parser.
const readNumber = (isSequence: boolean, number: number): boolean => {
  if ((isSequence ? sequence : opcode) !== -1) return false
  if (isSequence) sequence = number
  else opcode = number
  return isSequence || number === 0
}

/**
 * The sequence number of an event that nobody wants, whose payload is from `start` to `end`. 0 when the payload has to be
 * parsed, as READY and RESUMED always have.
 */
export const unwantedSequence = (bytes: Buffer, start: number, end: number, listeners: Listeners): number => {
  sequence = opcode = -1
  isUnwanted = false
  if (bytes[start] !== braceOpen) return 0
  let at = start
  while (!isAt(bytes, at + 1, end, dataKey)) {
    at = readForwards(bytes, at + 1, end, listeners)
    if (at === 0 || at >= end || bytes[at] !== comma) return 0
    if (isComplete()) return sequence
  }
  let to = end - 1
  if (bytes[to] !== braceClose) return 0
  while (!isComplete()) {
    to = readBackwards(bytes, at, to, listeners)
    if (to === 0) return 0
  }
  return sequence
}

/**
 * Reads what is around the data of an event: its name, its sequence number and where the data is. The data is for the
 * parser, and only if somebody wants the event: parsing is three quarters of its cost, and most bots want few events. What
 * is around it costs the parser several times as much as it costs here.
 *
 * It reads words of four bytes, as long as most keys with their colon: a loop over bytes takes twice as long, and one call
 * into Node's native code longer than all of this.
 *
 * Discord writes `t`, `s` and `op` before `d`. A proxy that writes payloads anew may have another order.
 */

const wordBytes = 4
// As a view reads it, least byte first.
const word = (text: string): number => [...text].reduceRight((sum, letter) => (sum << 8) | letter.charCodeAt(0), 0)

const dataKey = word('"d":')
const eventKey = word('"t":')
const sequenceKey = word('"s":')
/** A colon follows. */
const opcodeKey = word('"op"')

const quote = 0x22
const comma = 0x2c
const zero = 0x30
const colon = 0x3a
const braceOpen = 0x7b
const braceClose = 0x7d
const maxName = 64
const maxDigits = 15

/** What is around the data of an event. */
export interface Envelope {
  /** The same string for each event of this name. */
  readonly name: string
  readonly sequence: number
  /** Where the data begins and ends. It may be anything, and the end of it may be other members. */
  readonly from: number
  readonly to: number
}

// What was found. One for all, because there are thousands a second.
const found = { name: "", sequence: -1, opcode: -1, from: 0, to: 0 }

const isComplete = (): boolean => found.name !== "" && found.sequence >= 0 && found.opcode === 0

// What is read, as words. Kept for the next payload: almost always it is the buffer that all sockets share.
let viewed: Buffer | undefined
let view: DataView = new DataView(new ArrayBuffer(0))

const look = (bytes: Buffer): void => {
  if (bytes === viewed) return
  viewed = bytes
  view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

const wordAt = (at: number): number => view.getInt32(at, true)

interface Name {
  readonly text: string
  readonly words: Int32Array
}

// The names of events, so that each is decoded once: each at the place of its hash, or after it. Discord has about eighty.
const placeBits = 10
const places = 2 ** placeBits
const names: Array<Name | undefined> = Array.from({ length: places })
let known = 0

// What a text of JSON says as it is written.
const isPlain = (text: string): boolean => /^[ !#-[\]-~]+$/.test(text)

const hashed = (hash: number, word: number): number => Math.imul(hash ^ word, 0x9e3779b1)

// The last word of a name overlaps the one before; that of a short name begins in the key, which is always the same.
const isName = ({ text, words }: Name, from: number, to: number, last: number): boolean => {
  if (text.length !== to - from) return false
  let n = 0
  for (let at = from; at + wordBytes < to; at += wordBytes) if (words[n++] !== wordAt(at)) return false
  return words[n] === last
}

const nameOf = (bytes: Buffer, from: number, to: number): Name => {
  const words: Array<number> = []
  for (let at = from; at + wordBytes < to; at += wordBytes) words.push(wordAt(at))
  words.push(wordAt(to - wordBytes))
  return { text: bytes.toString("latin1", from, to), words: Int32Array.from(words) }
}

/** Reads the name from `from` to `to`. Returns whether it is one, and the first. */
const readName = (bytes: Buffer, from: number, to: number): boolean => {
  if (found.name !== "") return false
  let hash = 0
  for (let at = from; at + wordBytes < to; at += wordBytes) hash = hashed(hash, wordAt(at))
  const last = wordAt(to - wordBytes)
  let place = hashed(hash, last) >>> (32 - placeBits)
  let name = names[place]
  while (name !== undefined && !isName(name, from, to, last)) {
    place = (place + 1) % places
    name = names[place]
  }
  if (name === undefined) {
    name = nameOf(bytes, from, to)
    if (!isPlain(name.text)) return false
    if (known < places / 2) {
      names[place] = name
      known++
    }
  }
  found.name = name.text
  return true
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= zero && byte <= zero + 9

/** Reads the digits from `from` on. Returns where they end, or 0 when they are no number, or not the first of its kind. */
const readNumber = (isSequence: boolean, bytes: Buffer, from: number): number => {
  const limit = from + maxDigits
  let number = 0
  let to = from
  // They end within the payload, because a brace is at the end of it.
  while (to < limit) {
    const digit = (bytes[to] ?? 0) - zero
    if (digit < 0 || digit > 9) break
    number = number * 10 + digit
    to++
  }
  if (to === from || (bytes[from] === zero && to > from + 1)) return 0
  // What is there twice is for the parser.
  if ((isSequence ? found.sequence : found.opcode) !== -1) return 0
  if (isSequence) found.sequence = number
  else found.opcode = number
  return to
}

/** Reads the member that begins at `at`. Returns where it ends, or 0 when the payload has to be parsed. */
const readForwards = (bytes: Buffer, at: number, end: number): number => {
  if (end - at <= wordBytes) return 0
  const key = wordAt(at)
  let from = at + wordBytes
  if (key === eventKey) {
    if (bytes[from] !== quote) return 0
    from++
    const limit = Math.min(end, from + maxName)
    let to = from
    while (to < limit && bytes[to] !== quote) to++
    return to < limit && readName(bytes, from, to) ? to + 1 : 0
  }
  if (key !== sequenceKey) {
    if (key !== opcodeKey || bytes[from] !== colon) return 0
    from++
  }
  return readNumber(key === sequenceKey, bytes, from)
}

/** Reads the member that ends before `end`. Returns where the comma before it is, or 0 when the payload has to be parsed. */
const readBackwards = (bytes: Buffer, start: number, end: number): number => {
  const isText = bytes[end - 1] === quote
  const to = isText ? end - 1 : end
  const limit = Math.max(start, to - (isText ? maxName : maxDigits))
  let from = to
  while (from > limit && (isText ? bytes[from - 1] !== quote : isDigit(bytes[from - 1]))) from--
  // The value begins after the key, with which nothing else can end: a quote within a text has a backslash before it.
  const value = isText ? from - 1 : from
  let at = value - wordBytes
  if (at <= start) return 0
  const isSequence = wordAt(at) === sequenceKey
  if (isText) {
    if (wordAt(at) !== eventKey) return 0
  } else if (!isSequence) {
    at--
    if (bytes[value - 1] !== colon || wordAt(at) !== opcodeKey) return 0
  }
  if (at <= start || bytes[at - 1] !== comma) return 0
  return (isText ? readName(bytes, from, to) : readNumber(isSequence, bytes, from) === to) ? at - 1 : 0
}

const isDataAt = (at: number, end: number): boolean => end - at > wordBytes && wordAt(at) === dataKey

/**
 * What is around the data of the event whose payload is from `start` to `end`; overwritten by the next call. Nothing when
 * the payload has to be parsed: it is no event, or is written in a way that is not known here.
 *
 * If what is from {@link Envelope.from} to {@link Envelope.to} is one valid value, then it is the data, and the payload has
 * no other members. Otherwise the payload has others, or is malformed.
 */
export const read = (bytes: Buffer, start: number, end: number): Envelope | undefined => {
  found.name = ""
  found.sequence = found.opcode = -1
  if (end - start < 2 || bytes[start] !== braceOpen || bytes[end - 1] !== braceClose) return undefined
  look(bytes)
  let at = start
  while (!isDataAt(at + 1, end)) {
    at = readForwards(bytes, at + 1, end)
    if (at === 0 || bytes[at] !== comma) return undefined
  }
  let to = end - 1
  while (!isComplete()) {
    to = readBackwards(bytes, at, to)
    if (to === 0) return undefined
  }
  found.from = at + 1 + wordBytes
  found.to = to
  return found
}

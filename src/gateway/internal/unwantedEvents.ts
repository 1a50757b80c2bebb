/**
 * Recognizes events that nobody wants by the first bytes of their payload, without parsing it: parsing is three
 * quarters of the cost of an event, and most bots want few events. It reads byte by byte, because one call into Node's
 * native code would cost more than all of this.
 */

// Discord writes `t`, `s` and `op` before `d`. A payload written differently is parsed.
const opening = Buffer.from('{"t":"')
const beforeSequence = Buffer.from('","s":')
const afterSequence = Buffer.from(',"op":0,')

const quote = 0x22
const zero = 0x30
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

/**
 * The sequence number of an event that nobody wants, whose payload is from `start` to `end`. 0 when the payload has to be
 * parsed, as READY and RESUMED always have.
 */
export const unwantedSequence = (
  bytes: Buffer,
  start: number,
  end: number,
  listeners: { readonly wants: (event: string) => boolean }
): number => {
  if (!isAt(bytes, start, end, opening)) return 0
  const from = start + opening.length
  const limit = Math.min(end, from + maxName)
  let at = from
  let hash = 0
  for (; at < limit && bytes[at] !== quote; at++) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0
  if (!isAt(bytes, at, end, beforeSequence)) return 0
  const name = nameAt(bytes, from, at, hash)
  if (name === "READY" || name === "RESUMED" || listeners.wants(name)) return 0

  at += beforeSequence.length
  const limitOfDigits = Math.min(end, at + maxDigits)
  let sequence = 0
  for (; at < limitOfDigits; at++) {
    const digit = (bytes[at] ?? 0) - zero
    if (digit < 0 || digit > 9) break
    sequence = sequence * 10 + digit
  }
  return isAt(bytes, at, end, afterSequence) ? sequence : 0
}

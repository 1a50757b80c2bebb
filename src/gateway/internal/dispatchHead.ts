/**
 * Reads the head of a dispatch without parsing it: three quarters of the cost of an event is its parse, and most events
 * of most bots are for nobody.
 */

// Discord writes `t`, `s` and `op` before `d`. A payload written differently is parsed.
const start = '{"t":"'
const beforeSequence = ',"s":'
const afterSequence = '"op":0,'
const headLength = 96

/**
 * The sequence number of a dispatch that need not be parsed, since nobody wants its event; 0 where the payload must be
 * parsed. READY and RESUMED always must.
 */
export const unwanted = (bytes: Buffer, hub: { readonly wants: (event: string) => boolean }): number => {
  const head = bytes.toString("latin1", 0, headLength)
  if (!head.startsWith(start)) return 0
  const nameEnd = head.indexOf('"', start.length)
  if (nameEnd < 0 || !head.startsWith(beforeSequence, nameEnd + 1)) return 0
  const sequenceStart = nameEnd + 1 + beforeSequence.length
  const sequenceEnd = head.indexOf(",", sequenceStart)
  if (sequenceEnd < 0 || !head.startsWith(afterSequence, sequenceEnd + 1)) return 0
  const name = head.slice(start.length, nameEnd)
  if (name === "READY" || name === "RESUMED" || hub.wants(name)) return 0
  const sequence = Number(head.slice(sequenceStart, sequenceEnd))
  return Number.isSafeInteger(sequence) ? sequence : 0
}

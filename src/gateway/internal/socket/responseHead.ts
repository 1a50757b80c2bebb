/** Reads the head of the answer to a request (RFC 9112): its status and headers, and where it ends. */

/** The head of an answer. */
export interface Head {
  readonly status: number
  /** By their names in small letters. Those of the same name are joined by commas. */
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** How many bytes a head may have: what Node takes of a server by default. */
export const maxHeadBytes = 16 * 1024

const begin = "HTTP/1."
const endOfHead = "\r\n\r\n"

// Neither knows other control characters than tabs, so that a line ends with CR and LF and nothing else.
const statusLine = /^HTTP\/1\.[01] ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/
const headerLine = /^([\w!#$%&'*+.^`|~-]+):([\t\x20-\x7e\x80-\xff]*)$/

const invalid = (what: string): Error => new Error(`Parse Error: ${what}`)

const parse = (text: string): Head => {
  const [first = "", ...lines] = text.split("\r\n")
  const status = statusLine.exec(first)?.[1]
  if (status === undefined) throw invalid("invalid status line")
  const headers: Record<string, string> = Object.create(null)
  for (const line of lines) {
    const [, name, value] = headerLine.exec(line) ?? []
    if (name === undefined || value === undefined) throw invalid("invalid header")
    const key = name.toLowerCase()
    const before = headers[key]
    headers[key] = before === undefined ? value.trim() : `${before}, ${value.trim()}`
  }
  return { status: Number(status), headers }
}

/** The head of one answer. */
export class ResponseHead {
  /** What has arrived of it. */
  #text = ""
  /** None until it is complete. */
  head: Head | undefined

  /**
   * Reads the bytes from `start` to `end`. Returns where what follows the head begins; -1 while it is not complete. Throws
   * when it can be none.
   */
  push(bytes: Buffer, start: number, end: number): number {
    let at = start
    while (true) {
      const before = this.#text.length
      const text = this.#text + bytes.toString("latin1", at, Math.min(end, at + maxHeadBytes - before))
      // Said at once: who speaks no HTTP may wait for us.
      if (!text.startsWith(begin.slice(0, text.length))) throw invalid("expected HTTP/1")
      const length = text.indexOf(endOfHead)
      if (length < 0) {
        if (text.length >= maxHeadBytes) throw invalid("the head is too large")
        this.#text = text
        return -1
      }
      this.#text = ""
      at += length + endOfHead.length - before
      const head = parse(text.slice(0, length))
      // Another answer follows one that is for information only.
      if (head.status >= 200 || head.status === 101) {
        this.head = head
        return at
      }
    }
  }
}

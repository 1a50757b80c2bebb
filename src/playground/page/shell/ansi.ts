/** What terminals make of text: colours and styles as classes, everything else that is no text taken away. */

/** A part of a line that looks the same. */
export interface Span {
  readonly text: string
  readonly classes: ReadonlyArray<string>
}

const colours = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const

interface Style {
  colour: string | undefined
  readonly marks: Set<string>
}

const marks: Readonly<Record<number, string>> = { 1: "bold", 2: "dim", 3: "italic", 4: "underline", 9: "strike" }
const ends: Readonly<Record<number, ReadonlyArray<string>>> = {
  22: ["bold", "dim"],
  23: ["italic"],
  24: ["underline"],
  29: ["strike"]
}
const foreground = 38
const background = 48

/** The colour of a palette with 256, if it is one of the first sixteen: others have no name. */
const named = (index: number | undefined): string | undefined => colours[((index ?? -1) % 8) | 0]

/** Applies the codes of one sequence. Source: ECMA-48, "Select Graphic Rendition". */
const apply = (style: Style, codes: ReadonlyArray<number>): void => {
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0
    const mark = marks[code]
    if (code === 0) {
      style.colour = undefined
      style.marks.clear()
    } else if (mark !== undefined) style.marks.add(mark)
    else if (ends[code] !== undefined) for (const each of ends[code]) style.marks.delete(each)
    else if (code >= 30 && code <= 37) style.colour = colours[code - 30]
    else if (code >= 90 && code <= 97) style.colour = colours[code - 90]
    else if (code === 39) style.colour = undefined
    else if (code === foreground || code === background) {
      const isIndexed = codes[at + 1] === 5
      const index = codes[at + 2]
      if (code === foreground) style.colour = isIndexed && (index ?? 16) < 16 ? named(index) : undefined
      at += isIndexed ? 2 : 4
    }
  }
}

// Sequences that begin with ESC: those with parameters, titles of windows, and short ones. And other control characters.
const sequence =
  // oxlint-disable-next-line no-control-regex
  /\u001B\[([0-?]*)[ -/]*([@-~])|\u001B\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|\u001B.?|[\0-\u0008\u000B-\u001F\u007F]/g

/** The parts of a line. */
export const parseAnsi = (line: string): ReadonlyArray<Span> => {
  const spans: Array<Span> = []
  const style: Style = { colour: undefined, marks: new Set() }
  let last = 0
  const push = (text: string): void => {
    const classes = [...(style.colour === undefined ? [] : [style.colour]), ...style.marks]
    if (text !== "") spans.push({ text, classes })
  }
  for (const match of line.matchAll(sequence)) {
    push(line.slice(last, match.index))
    last = match.index + match[0].length
    if (match[2] === "m") apply(style, (match[1] ?? "").split(/[;:]/).map(Number))
  }
  push(line.slice(last))
  return spans
}

// At the beginning of a line, after a time at most.
const level = /^(.{0,60}?)\b(FATAL|ERROR|WARN(?:ING)?|INFO|DEBUG|TRACE)\b/
const levelColours: Readonly<Record<string, string>> = {
  FATAL: "red",
  ERROR: "red",
  WARN: "yellow",
  WARNING: "yellow",
  INFO: "green",
  DEBUG: "blue",
  TRACE: "dim"
}

/** The parts of a line. One that has no colours has the colour of its level. */
export const parseLine = (line: string): ReadonlyArray<Span> => {
  const spans = parseAnsi(line)
  const [only] = spans
  if (only === undefined || spans.length > 1 || only.classes.length > 0) return spans
  const [, before = "", word = ""] = level.exec(only.text) ?? []
  if (word === "") return spans
  const parts = [
    { text: before, classes: [] },
    { text: word, classes: [levelColours[word] ?? "dim", "bold"] },
    { text: only.text.slice(before.length + word.length), classes: [] }
  ]
  return parts.filter(({ text }) => text !== "")
}

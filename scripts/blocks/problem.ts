/** What is wrong with a document, and where. */
export interface Problem {
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  readonly message: string
}

export const format = ({ file, line, message }: Problem): string => `${file}:${line}: ${message}`

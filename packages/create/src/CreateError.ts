/** What went wrong, in words for the person who typed the command: what was wrong, and what was expected. */
export class CreateError extends Error {
  override readonly name = "CreateError"
  /** The exit code of the command: 2 if it was typed wrongly, 1 if it could not be done. */
  readonly exitCode: 1 | 2

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

/** The command was interrupted by Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = "Interrupted"
}

/** The code of an error of the file system, such as `ENOENT`. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined

/** The message of whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** What the fake Discord says of bodies, without a server. */
import type { Problem } from "../../../src/interactions/wire/check.ts"
import { ApiError } from "../../../src/testing/internal/apiError.ts"
import { checkMessage, Problems } from "../../../src/testing/internal/validate.ts"
import { checkCommand } from "../../../src/testing/internal/validateCommands.ts"
import { checkModal } from "../../../src/testing/internal/validateModal.ts"
import type { Json } from "../../mutate.ts"

/** The error that the fake answers with; `undefined` if it accepts the body. */
const refusal = (check: (problems: Problems) => void): string | undefined => {
  const problems = new Problems()
  try {
    check(problems)
    problems.done()
    return undefined
  } catch (error) {
    if (error instanceof ApiError) return JSON.stringify(error.body)
    throw error
  }
}

export const command = (body: Json) => refusal((problems) => checkCommand(problems, body, []))

export const form = (body: Json) => refusal((problems) => checkModal(problems, body, []))

const flagsOf = ({ flags }: Json): number => (typeof flags === "number" ? flags : 0)

export const message = (body: Json, files: ReadonlyArray<string>) =>
  refusal(() => checkMessage(body, { flags: flagsOf(body), uploads: files.length, files }))

/** Which rules the library says are broken, by path, and whether the fake takes the body. */
export const verdict = (problems: ReadonlyArray<Problem>, refused: string | undefined) => ({
  broken: problems.map(({ path, rule }) => [path, rule]),
  isTaken: refused === undefined
})

/** What a member does when others call. */
import * as Effect from "effect/Effect"
import * as Member from "./member.ts"
import { Office } from "./office.ts"
import * as OfficeHandlers from "./officeHandlers.ts"
import { MemberRpcs } from "./protocol.ts"
import { Questions } from "./questions.ts"

/** The handlers of all calls. */
export const layer = MemberRpcs.toLayer(
  Effect.gen(function* () {
    const member = yield* Member.ThisMember
    const office = yield* Office
    const questions = yield* Questions
    return MemberRpcs.of({
      Status: () => Member.status(member),
      Assign: (assignment) => Member.assign(member, assignment),
      Reshard: (assignment) => Member.reshard(member, assignment),
      Ask: ({ payload, question }) => questions.answer(question, payload),
      ...OfficeHandlers.make(office)
    })
  })
)

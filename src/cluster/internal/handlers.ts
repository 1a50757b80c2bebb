/** What a member does when others call. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { KeyValueStore } from "effect/persistence/KeyValueStore"
import * as DiscordRest from "../../rest/DiscordRest.ts"
import type { Forwarding } from "./forwarding.ts"
import * as Member from "./member.ts"
import { Office } from "./office.ts"
import * as OfficeHandlers from "./officeHandlers.ts"
import * as Patience from "./patience.ts"
import { MemberRpcs } from "./protocol.ts"
import { Questions } from "./questions.ts"

/** What comes to this member for others. */
export class Forwards extends Context.Service<Forwards, Forwarding>()("fibercord/cluster/Forwards") {}

/** The handlers of all calls. */
export const layer = MemberRpcs.toLayer(
  Effect.gen(function* () {
    const member = yield* Member.ThisMember
    const office = yield* Office
    const questions = yield* Questions
    const forwards = yield* Forwards
    const rest = yield* DiscordRest.DiscordRest
    const store = yield* KeyValueStore
    return MemberRpcs.of({
      Status: () => Member.status(member),
      MayConnect: (request) => Patience.answer(office, store, request),
      Assign: (assignment) => Member.assign(member, assignment),
      Reshard: (assignment) => Member.reshard(member, assignment),
      Ask: ({ payload, question }) => questions.answer(question, payload),
      Forward: ({ forwarded }) => forwards.receive(forwarded),
      Send: ({ request }) => rest.request(request),
      ...OfficeHandlers.make(office)
    })
  })
)

/** The service `Cluster` of a member. */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { GatewayError } from "../../gateway/GatewayError.ts"
import { type Answer, Cluster, type MemberStatus } from "../Cluster.ts"
import type { Question } from "../Question.ts"
import { coordinated } from "./identify.ts"
import type { Member } from "./member.ts"
import type { Peers } from "./peers.ts"
import type { ReshardAborted, ReshardProgress } from "./protocol.ts"
import { codec, type Questions } from "./questions.ts"

const statusTimeout = "1 second"
const answerTimeout = "3 seconds"

/** Makes the service. */
export const make = (member: Member, peers: Peers, questions: Questions["Service"]): Cluster["Service"] =>
  Cluster.of({
    name: member.name,
    members: members(member, peers),
    ask: (question, payload) => ask(member, peers, question, payload),
    answer: questions.add,
    reshard: (total) => reshard(member, peers, total)
  })

// When the coordinator is replaced, the next one goes on, and says how far it is.
const reshard = (
  member: Member,
  peers: Peers,
  total: number
): Stream.Stream<ReshardProgress, GatewayError | ReshardAborted> =>
  Stream.callback((queue) =>
    coordinated<void, GatewayError | ReshardAborted>(member, peers, (client) =>
      Stream.runForEach(client.StartReshard({ total }), (progress) => Queue.offer(queue, progress))
    ).pipe(
      Effect.matchCauseEffect({
        onFailure: (cause) => Queue.failCause(queue, cause),
        onSuccess: () => Queue.end(queue)
      })
    )
  )

const members = (member: Member, peers: Peers): Effect.Effect<ReadonlyArray<MemberStatus>> =>
  Effect.suspend(() =>
    Effect.forEach(
      member.peers.map(({ name }) => name).sort(),
      (name) =>
        peers
          .call(name, (client) => client.Status({ from: member.name }), statusTimeout)
          .pipe(
            Effect.map(({ assigned, connected, total, weight }) => [
              { name, weight, total, shards: assigned, connected }
            ]),
            // What another version answers may be unreadable, which is a defect.
            Effect.catchCause(() => Effect.succeed([]))
          ),
      { concurrency: "unbounded" }
    )
  ).pipe(Effect.map((found) => found.flat()))

const ask = <P, A>(
  member: Member,
  peers: Peers,
  question: Question<P, A>,
  payload: P
): Effect.Effect<ReadonlyMap<string, Answer<A>>> => {
  const answer = codec(question.answer)
  return Effect.gen(function* () {
    const text = yield* codec(question.payload).encode(payload)
    const answers = yield* Effect.forEach(
      member.peers,
      ({ name }) =>
        peers
          .call(name, (client) => client.Ask({ question: question.name, payload: text }), answerTimeout)
          .pipe(
            Effect.flatMap(answer.decode),
            Effect.exit,
            Effect.map((exit) => [name, exit] as const)
          ),
      { concurrency: "unbounded" }
    )
    return new Map(answers)
  })
}

/** The use of a bound component, as handlers wait for it. */
import { type CustomId, decode } from "../../wire/customIdCodec.ts"
import { userIdOf } from "../../wire/rawInteraction.ts"
import type { Responder } from "./responder.ts"

/** A component of a Runtime was used: `handler` is the last part of its custom id. */
export class BoundUse {
  readonly handler: string
  readonly responder: Responder

  constructor(handler: string, responder: Responder) {
    this.handler = handler
    this.responder = responder
  }
}

const isUse = (event: unknown, id: CustomId | undefined): event is BoundUse =>
  event instanceof BoundUse && id?._tag === "Bound" && event.handler === id.handler

/** Whether an event is the use of the component with this custom id. */
export const isUseOf = (event: unknown, customId: string | undefined): event is BoundUse =>
  customId !== undefined && isUse(event, decode(customId))

/** Whether an event is this user's use of the component with this custom id. */
export const isUseBy =
  (customId: string | undefined, userId: string) =>
  (event: unknown): event is BoundUse =>
    isUseOf(event, customId) && userIdOf(event.responder.raw) === userId

/** The use of a bound component, as handlers wait for it. */
import type { CustomId } from "../../wire/CustomId.ts"
import type { Interaction } from "../Interaction.ts"
import { CurrentInteraction } from "../Interaction.ts"
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

/** Whether an event is the use of this component. */
export const isUseOf = (event: unknown, id: CustomId | undefined): event is BoundUse =>
  event instanceof BoundUse && id?._tag === "Bound" && event.handler === id.handler

/** From now on the handler replies to the interaction that it waited for. */
export const switchTo = (interaction: Interaction["Service"], { responder }: BoundUse): void => {
  // What the router has provided is always this class; its interface hides the setter from handlers.
  if (interaction instanceof CurrentInteraction) interaction.moveTo(responder)
}

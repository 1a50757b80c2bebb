/** The custom ids of components of dialogues: an independent component, whose payload names execution, step and input. */
import * as CustomId from "../../interactions/wire/customIdCodec.ts"

/** The name of the one component that all dialogues share. */
export const componentName = "fc.durable"

/** Which input of which question. */
export interface InputId {
  readonly execution: string
  readonly step: string
  readonly input: number
}

const pattern = /^([0-9a-f]{32}):(\d{1,2}):(.+)$/

/** Writes one. */
export const write = ({ execution, input, step }: InputId): string =>
  CustomId.encode({ _tag: "Independent", name: componentName, payload: `${execution}:${input}:${step}` })

/** Reads one; `undefined` for any other component. */
export const read = (customId: string | undefined): InputId | undefined => {
  const id = customId === undefined ? undefined : CustomId.decode(customId)
  if (id?._tag !== "Independent" || id.name !== componentName) return undefined
  const match = pattern.exec(id.payload)
  if (match === null) return undefined
  const [, execution = "", input = "", step = ""] = match
  return { execution, input: Number(input), step }
}

/** Whether a component belongs to this question. */
export const isOf =
  (execution: string, step: string) =>
  (customId: string): boolean => {
    const id = read(customId)
    return id?.execution === execution && id.step === step
  }

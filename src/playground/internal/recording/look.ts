/** What users see of messages and modals, as a session keeps it. */
import { Callback } from "../../../testing/internal/interactions.ts"
import { array, number, object } from "../../../testing/internal/json.ts"
import { Flag } from "../../../testing/internal/messages.ts"
import { fieldsOf, snapshot } from "../../../testing/internal/snapshot.ts"
import type { InteractionRecord, MessageRecord } from "../../../testing/internal/world.ts"
import type { Component, Seen, Step } from "../../Session.ts"
import type { Names } from "./names.ts"

/** A message, without what says where it came from. */
export const look = (names: Names, record: MessageRecord): Omit<Seen, "message" | "origin" | "atOnce"> => {
  const { buttons, deleted, embeds, ephemeral, selects, text } = snapshot(record)
  return {
    layout: ((number(record.raw["flags"]) ?? 0) & Flag.componentsV2) !== 0,
    text: names.text(text),
    embeds: embeds.map(({ description, title }) => ({
      ...(title === undefined ? {} : { title: names.text(title) }),
      ...(description === undefined ? {} : { description: names.text(description) })
    })),
    buttons: buttons.map(({ disabled, label }) => ({ label, disabled })),
    selects: selects.map(({ disabled, placeholder }) => ({ placeholder, disabled })),
    ephemeral,
    deleted
  }
}

/** Whether the bot is still "thinking". */
export const isPending = (record: MessageRecord): boolean => snapshot(record).pending

/** The modal that an interaction has opened. */
export const modalOf = (record: InteractionRecord | undefined): Step["modal"] => {
  const { answer } = record ?? {}
  if (answer === undefined || answer.type !== 9) return undefined
  return { title: String(answer.data["title"]), fields: fieldsOf(answer.data).map(({ view }) => view.label) }
}

/** The names that an interaction has suggested. */
export const choicesOf = (record: InteractionRecord | undefined): Step["choices"] => {
  const { answer } = record ?? {}
  if (answer?.type !== Callback.choices) return undefined
  return array(answer.data["choices"]).map((choice) => String(object(choice)["name"]))
}

interface Candidate {
  readonly customId: string
  readonly label: string
}

/** How a component is named: by its label, unless that means another one, too. */
const component = (all: ReadonlyArray<Candidate>, customId: string): Component | undefined => {
  const index = all.findIndex((one) => one.customId === customId)
  const label = all[index]?.label
  if (label === undefined) return undefined
  const meant = all.filter((one) => one.label === label || one.customId === label)
  return label !== "" && meant.length === 1 ? { label } : { index }
}

/** How a button is named. */
export const button = (record: MessageRecord, customId: string): Component | undefined =>
  component(snapshot(record).buttons, customId)

/** How a menu is named, and what its values are called. */
export const menu = (record: MessageRecord, customId: string) => {
  const { selects } = snapshot(record)
  const options = selects.find((one) => one.customId === customId)?.options ?? []
  const named = component(
    selects.map((one) => ({ customId: one.customId, label: one.placeholder })),
    customId
  )
  return { named, options }
}

/** How a field of a modal is named. */
export const field = (opener: InteractionRecord, customId: string): Component | undefined =>
  component(
    fieldsOf(object(opener.answer?.data)).map(({ view }) => view),
    customId
  )

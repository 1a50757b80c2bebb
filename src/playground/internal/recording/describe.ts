/** A step in one line, for people. */
import type { Component, Deed, Place } from "../../Session.ts"

const component = (component: Component): string =>
  "label" in component ? JSON.stringify(component.label) : `number ${component.index + 1}`

const place = ({ channel, direct, guild }: Place): string =>
  direct === true
    ? " in direct messages"
    : [guild, channel].flatMap((name) => (name === undefined ? [] : [` in ${name}`])).join("")

/** Deeds that a bot responds to. */
export type Asked = Extract<
  Deed,
  { readonly type: "slash" | "autocomplete" | "contextMenu" | "launch" | "click" | "select" | "submit" }
>

/** What was done. */
export const describe = (deed: Deed): string => {
  switch (deed.type) {
    case "begin":
      return "the bot begins"
    case "autocomplete":
      return `${deed.user} types into ${deed.focused} of /${deed.name}${place(deed.place)}`
    case "slash":
      return `${deed.user} runs /${deed.name}${place(deed.place)}`
    case "contextMenu":
      return `${deed.user} runs ${JSON.stringify(deed.name)}`
    case "launch":
      return `${deed.user} launches the Activity`
    case "click":
      return `${deed.user} clicks ${component(deed.button)}`
    case "select":
      return `${deed.user} selects in ${component(deed.menu)}`
    case "submit":
      return `${deed.user} submits the form of step ${deed.opener + 1}`
    case "say":
      return `${deed.user} writes a message${place(deed.place)}`
    case "edit":
      return `${deed.user} edits a message`
    case "react":
    case "unreact":
    case "vote":
    case "delete":
      return `${deed.user}: ${deed.type}`
    case "fault":
      return `fault ${deed.fault.kind}`
    case "clearFault":
      return `the fault of step ${deed.fault + 1} ends`
    case "clearFaults":
      return "faults end"
    case "advance":
      return `${deed.millis / 1000} seconds later`
    case "restart":
      return deed.kill ? "the bot is killed and started" : "the bot is restarted"
  }
}

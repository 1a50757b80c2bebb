/** What is done with each live example of the site. */
import type { Step } from "./steps.ts"

export const plays: Readonly<Record<string, ReadonlyArray<Step>>> = {
  "guide-components-1": [
    { user: "alice", slash: "vote" },
    { user: "alice", select: "Your vote", choice: "tea" },
    { user: "bob", select: "Your vote", choice: "coffee" },
    { user: "bob", click: "Close" }
  ],
  "guide-forms-1": [
    { user: "alice", slash: "signup" },
    { user: "alice", submit: { Name: "Ada", Age: 36 }, choices: { "Who invited you?": "bob" } }
  ]
}

/** What is done with each live example of the site. */
import type { Step } from "./steps.ts"

export const plays: Readonly<Record<string, ReadonlyArray<Step>>> = {
  "guide-commands-1": [{ user: "alice", slash: "greet", values: { who: "bob", how: "loud" } }],
  "guide-commands-2": [{ user: "bob", slash: "weather", values: { city: "Lisbon" } }],
  "guide-commands-3": [
    { user: "alice", slash: "config show" },
    { user: "bob", slash: "config show" }
  ],
  "guide-commands-4": [
    { user: "bob", say: "I think, therefore I am." },
    { user: "alice", menuOf: "message", command: "Quote" },
    { user: "bob", say: "And what do you think?" },
    { user: "alice", menuOf: "bob", command: "Profile" }
  ],
  "guide-components-1": [
    { user: "alice", slash: "vote" },
    { user: "alice", select: "Your vote", choice: "tea" },
    { user: "bob", select: "Your vote", choice: "coffee" },
    { user: "bob", click: "Close" },
    { later: true }
  ],
  "guide-components-2": [
    { user: "alice", slash: "top" },
    { user: "bob", click: "▶" },
    { user: "alice", slash: "reset" }
  ],
  "guide-forms-1": [
    { user: "alice", slash: "signup" },
    { user: "alice", submit: { Name: "Ada", Age: 36 }, choices: { "Who invited you?": "bob" } }
  ],
  "guide-localisation-1": [
    { user: "bob", slash: "order" },
    { user: "bob", select: "Welche Größe?", choice: "Groß" }
  ],
  "guide-replies-1": [{ user: "bob", slash: "secret" }],
  "guide-runtimes-1": [
    { user: "alice", slash: "wizard" },
    { user: "alice", click: "yes" },
    { user: "alice", submit: { Why: "Room for more" } }
  ],
  "guide-runtimes-2": [
    { user: "alice", slash: "list" },
    { user: "bob", click: "Done" }
  ]
}

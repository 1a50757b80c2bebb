/** What is done with each live example of the site. */
import type { Step } from "./steps.ts"

export const plays: Readonly<Record<string, ReadonlyArray<Step>>> = {
  "guide-commands-1": [{ user: "alice", slash: "greet", values: { who: "bob", how: "loud" } }],
  "guide-commands-2": [{ user: "bob", slash: "forecast", values: { city: "Lisbon" } }],
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
  "guide-errors-1": [{ user: "bob", slash: "buy", values: { item: "cake" } }],
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
  "guide-keyed-runtimes-1": [
    { user: "alice", slash: "queue" },
    { user: "bob", slash: "queue" },
    { user: "bob", slash: "next" }
  ],
  "guide-lifetimes-1": [
    { user: "alice", slash: "lobby" },
    { user: "bob", click: "Join" },
    { user: "bob", click: "Begin" },
    { later: true }
  ],
  "guide-options-1": [{ user: "alice", slash: "weather", values: { city: "Lisbon", days: 3, unit: "F" } }],
  "guide-options-2": [
    { user: "alice", slash: "paint", values: { colour: "blue" } },
    { user: "alice", slash: "paint", values: { colour: "#5865f2" } }
  ],
  "guide-questions-1": [
    { user: "alice", slash: "party" },
    { user: "alice", click: "small" },
    { user: "alice", select: "Guests", choice: "bob" },
    { user: "alice", click: "Invite them" },
    { user: "alice", submit: { "Where?": "At home" } }
  ],
  "guide-questions-2": [
    { user: "alice", slash: "quiz" },
    { user: "alice", click: "36" },
    { user: "bob", click: "42" }
  ],
  "index-1": [
    { user: "alice", slash: "counter" },
    { user: "alice", click: "+1" },
    { user: "bob", click: "+1" },
    { later: true }
  ],
  "start-first-bot-1": [
    { user: "alice", slash: "round", values: { drink: "tea" } },
    { user: "alice", click: "Me" },
    { user: "bob", click: "Me" }
  ]
}

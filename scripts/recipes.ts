/** The groups of the cookbook and the order of its recipes, which are files of `examples/cookbook`. */
export interface Group {
  readonly title: string
  /** The names of the files, without `.ts`. */
  readonly recipes: ReadonlyArray<string>
}

export const groups: ReadonlyArray<Group> = [
  {
    title: "Commands and replies",
    recipes: [
      "ping",
      "slow-command",
      "context-menus",
      "autocomplete",
      "profile-card",
      "localised",
      "user-app",
      "premium"
    ]
  },
  {
    title: "Dialogues",
    recipes: ["confirm", "pages", "form-again", "wizard", "poll", "duel", "quiz"]
  },
  {
    title: "Members and moderators",
    recipes: [
      "welcome",
      "role-buttons",
      "tickets",
      "timeout-member",
      "purge",
      "deleted-messages",
      "counting",
      "own-middleware"
    ]
  },
  {
    title: "What outlasts a restart",
    recipes: ["settings", "leaderboard", "temporary-role", "suggestions", "giveaway"]
  },
  {
    title: "Time, files and the world outside",
    recipes: ["daily-post", "streaming", "file-upload", "prefix-commands", "personas"]
  },
  {
    title: "Operating",
    recipes: ["error-reports", "health", "presence", "shard-table"]
  }
]

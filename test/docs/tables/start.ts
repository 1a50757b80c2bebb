/** The tables of README.md and docs/start. */
import { DiscordConfig } from "fibercord"
import { both, type Entry, names, prose, rows } from "./entry.ts"
import { variables } from "./facts.ts"

const wrong = "what can go wrong, and what to do"

export const start: Readonly<Record<string, ReadonlyArray<Entry>>> = {
  "README.md": [
    both(
      names("variable", {
        expected: variables,
        without: {
          FIBERCORD_INSPECTOR_PORT: "docs/guide/inspector.md",
          FIBERCORD_INSPECTOR_SPANS: "of the playground's own",
          KUBERNETES_SERVICE_HOST: "set by Kubernetes",
          KUBERNETES_SERVICE_PORT: "set by Kubernetes"
        }
      }),
      rows("variable", (all) =>
        all.some(
          ([name, , otherwise]) => name === "`DISCORD_API_URL`" && otherwise === `\`${DiscordConfig.defaultApiUrl}\``
        )
          ? []
          : ["has another default of DISCORD_API_URL"]
      )
    ),
    prose("section", "a way through the documents, whose links are checked")
  ],
  "docs/start/first-bot.md": [prose("what you see", wrong)],
  "docs/start/first-deploy.md": [
    prose("where", "which section is for whom"),
    prose("what", "what a deploy does, told in words"),
    prose("what you see", wrong)
  ],
  "docs/start/first-test.md": [prose("a test fails with", wrong)],
  "docs/start/is-it-for-you.md": [
    prose("what", "what fibercord does not do"),
    prose("if you", "a comparison with other libraries")
  ],
  "docs/start/words.md": [prose("word", "what words mean"), prose("word", "what words mean")]
}

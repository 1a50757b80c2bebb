import { defineConfig } from "vitest/config"

/** What compiles or bundles half of the repository, and opens browsers. */
const site = ["test/docs/{site,reference}.test.ts", "test/docs/live/**/*.test.ts"]

/**
 * What has a process of its own: it changes the modules of it for all that would come after it, runs tests of files that may
 * have been loaded already, or counts the timers and sockets that it holds.
 */
const alone = [
  "test/cluster/sameAsBot.test.ts",
  "test/rest/fetch.test.ts",
  "test/gateway/faults/compressionMissing.test.ts",
  "test/gateway/internal/upgrade.test.ts",
  "test/testing/users.test.ts"
]

export default defineConfig({
  plugins: [
    {
      // The blocks of the documents lie outside of what the compiler's project includes.
      name: "fibercord-in-documents",
      enforce: "pre",
      resolveId(source, importer) {
        if (!source.startsWith("fibercord") || importer?.includes("/.cache/blocks/") !== true) return
        return this.resolve(source, import.meta.filename)
      }
    }
  ],
  // The package's own names mean its sources, as they do for the compiler: tests need no build.
  resolve: { tsconfigPaths: true },
  test: {
    projects: [
      // These files share a process for each worker, and the modules that the first of them has loaded: to load them again
      // would be most of what a small file costs.
      {
        extends: true,
        test: {
          name: "together",
          include: ["test/**/*.test.ts"],
          exclude: [...alone, ...site],
          isolate: false,
          setupFiles: ["test/support/sameProcess.ts"]
        }
      },
      { extends: true, test: { name: "alone", include: alone } },
      // Tests that wait for deadlines have no such neighbours: the site comes after all others. In `npm test` it is beside the
      // last scripts, because for most of its time one thing after the other is built or clicked.
      { extends: true, test: { name: "site", include: site, sequence: { groupOrder: 1 } } }
    ],
    // Many times what they take, also for hooks, in which databases and browsers start: a machine that is slow or busy with
    // other things fails no test. Whatever a test waits for is named by its own patience, which is shorter.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Tests wait more than they compute: the slowest files need a core for a fifth of their time. So more of them at a time
    // than there are cores take less long.
    maxWorkers: 6,
    silent: "passed-only",
    // Discord's enums must survive being inlined by a bundler or a test runner.
    server: { deps: { inline: [/discord-api-types/] } }
  }
})

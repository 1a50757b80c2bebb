import { defineConfig } from "vitest/config"

/** What compiles or bundles half of the repository, and opens browsers. */
const site = ["test/docs/{site,reference}.test.ts", "test/docs/live/**/*.test.ts"]

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
    // Tests that wait for deadlines have no such neighbours: the site comes after all others.
    projects: [
      {
        extends: true,
        test: { name: "code", include: ["test/**/*.test.ts"], exclude: site, sequence: { groupOrder: 0 } }
      },
      { extends: true, test: { name: "site", include: site, sequence: { groupOrder: 1 } } }
    ],
    testTimeout: 20_000,
    // Most tests wait more than they compute, so that more of them at a time than there are cores take less long.
    maxWorkers: 3,
    silent: "passed-only",
    // Discord's enums must survive being inlined by a bundler or a test runner.
    server: { deps: { inline: [/discord-api-types/] } }
  }
})

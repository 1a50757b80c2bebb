import { defineConfig } from "vitest/config"

/** Members, processes and lost connections: their tests wait for each other's deadlines, so nothing heavy runs beside them. */
const processes = [
  "test/cluster/**/*.test.ts",
  "test/gateway/faults/**/*.test.ts",
  "test/docs/operating/**/*.test.ts",
  "test/docs/guide/{durable,http,inspector,linked-roles,playground,rest,testing}.test.ts"
]

/** Real browsers, bots as processes, and what changes or measures what the files of a process share. */
const pages = [
  "test/{chaos,inspector,playground}/**/*.test.ts",
  "test/{gateway,runtime}/**/memory.test.ts",
  "test/rest/fetch.test.ts",
  "test/docs/site.test.ts",
  "test/docs/live/**/*.test.ts"
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
    // One group after the other. A process that loads Effect and the sources once for many files takes a third less time.
    projects: [
      {
        extends: true,
        test: {
          name: "together",
          include: ["test/**/*.test.ts"],
          exclude: [...processes, ...pages],
          isolate: false,
          sequence: { groupOrder: 0 }
        }
      },
      { extends: true, test: { name: "processes", include: processes, sequence: { groupOrder: 1 } } },
      { extends: true, test: { name: "pages", include: pages, sequence: { groupOrder: 2 } } }
    ],
    testTimeout: 20_000,
    // Most tests wait more than they compute, so that more of them at a time than there are cores take less long.
    maxWorkers: 3,
    silent: "passed-only",
    // Discord's enums must survive being inlined by a bundler or a test runner.
    server: { deps: { inline: [/discord-api-types/] } }
  }
})

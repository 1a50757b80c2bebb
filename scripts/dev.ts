/** `npm run dev -- examples/form.ts`: the command `fibercord dev` of this checkout, by default with an example. */
const args = process.argv.slice(2)
const hasFile = args.some(
  (arg, index) => !arg.startsWith("-") && !/^--(?:port|http|node-arg)$/.test(args[index - 1] ?? "")
)
process.argv.splice(2, args.length, "dev", ...args, ...(hasFile ? [] : ["examples/counter.ts"]))
await import(new URL("../dist/playground/cli.js", import.meta.url).href)

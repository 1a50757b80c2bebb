/** Imports one module in a process that has imported nothing else, and prints the CPU microseconds as JSON. */
const before = process.cpuUsage()
await import(process.argv[2] ?? "")
const { system, user } = process.cpuUsage(before)
console.log(JSON.stringify(system + user))
process.exit()

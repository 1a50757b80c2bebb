/** A program that starts another one, and writes a line that it does not end. */
import { spawn } from "node:child_process"

const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" })
console.log(`child ${child.pid}`)
process.stdout.write("x".repeat(100_000))
setInterval(() => {}, 1000)

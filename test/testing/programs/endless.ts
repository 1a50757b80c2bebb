/** Writes a line that is much too long, and then one that is not. */
process.stdout.write(`${"x".repeat(50_000)}\nshort\n${"y".repeat(20_000)}`)

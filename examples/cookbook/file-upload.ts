/**
 * # Read a file that a user uploads, and send one back
 *
 * Takes a CSV file, adds up its columns, and replies with the result as a file.
 *
 * The option's value is the attachment as Discord describes it: name, size, type and URL. The file itself is at Discord's
 * CDN, and Effect's `HttpClient` fetches it; provide `FetchHttpClient.layer`.
 *
 * ## What to watch out for
 *
 * - `fileTypes` looks at the name only. Check the size before you download, and the content before you trust it.
 * - A download may hang. Limit its time; it is interrupted then, and the connection closed.
 * - Whatever a user can do wrong gets a text with `ErrorReply.deny`. Nothing of that is logged as an error.
 * - Files in a reply are bounded by `attachmentSizeLimit` of the interaction, in bytes.
 */
import { Effect } from "effect"
import { HttpClient } from "effect/http"
import { Command, ErrorReply, Options, Reply } from "fibercord"

const mostBytes = 100_000

const download = (url: string) =>
  HttpClient.get(url).pipe(
    Effect.flatMap((response) => response.text),
    Effect.timeout("10 seconds"),
    Effect.tapError((error) => Effect.logWarning("A file could not be read", error)),
    Effect.catch(() => ErrorReply.deny("I could not read that file. Please try again."))
  )

export const sum = Command.slash(
  "sum",
  {
    description: "Add up the columns of a CSV file",
    options: { file: Options.attachment("At most 100 kB", { fileTypes: [".csv"] }) },
    replies: { ephemeral: true }
  },
  Effect.fn("sum")(function* ({ file }) {
    if (file.size > mostBytes) return yield* ErrorReply.deny(`${file.filename} is larger than 100 kB.`)
    yield* Reply.defer()
    const [header = "", ...lines] = (yield* download(file.url)).trim().split("\n")
    const rows = lines.map((line) => line.split(",").map(Number))
    if (rows.length === 0 || rows.some((row) => row.some((value) => Number.isNaN(value)))) {
      return yield* ErrorReply.deny("Each line after the first must be numbers with commas between them.")
    }
    const sums = header.split(",").map((_, column) => rows.reduce((total, row) => total + (row[column] ?? 0), 0))
    const data = `${header}\n${sums.join(",")}\n`
    return yield* Reply.send({ content: `${rows.length} lines.`, files: [{ name: "sum.csv", data }] })
  })
)

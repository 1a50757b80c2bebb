/** Two definitions of one bot cannot be told apart. */
import * as Schema from "effect/Schema"

/** Two definitions of one bot have the same kind and name, so that one of them could never be used. */
export class DuplicateDefinition extends Schema.TaggedError<DuplicateDefinition>("fibercord/DuplicateDefinition")(
  "DuplicateDefinition",
  {
    /** `Command` or `Component`. */
    kind: Schema.String,
    name: Schema.String
  }
) {
  override get message() {
    const what = this.kind === "Command" ? "commands" : "independent components"
    return `Two ${what} are named "${this.name}". Rename one of them, or remove it from \`interactions\`.`
  }
}

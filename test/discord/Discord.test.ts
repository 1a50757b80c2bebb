import type * as Api from "discord-api-types/v10"
import type { Discord, Permissions } from "fibercord"
import { expectTypeOf, it } from "vitest"
import { channelTypes } from "../../src/discord/channelTypes.ts"

it("channel types have Discord's numbers, and none is missing", () => {
  expectTypeOf(channelTypes).toExtend<{ readonly [N in Discord.ChannelType]: (typeof Api.ChannelType)[N] }>()
  expectTypeOf<`${(typeof channelTypes)[Discord.ChannelType]}`>().toEqualTypeOf<`${Api.ChannelType}`>()
})

it("objects of discord-api-types fit, and fit back", () => {
  expectTypeOf<Api.APIUser>().toExtend<Discord.User>()
  expectTypeOf<Api.APIMessage>().toExtend<Discord.Message>()
  expectTypeOf<Discord.Message>().toExtend<Api.APIMessage>()
  expectTypeOf<Api.APIInteractionDataResolvedChannel>().toExtend<Discord.Channel>()
  expectTypeOf<Api.APIInteractionDataResolved>().toExtend<Discord.Resolved>()
  expectTypeOf<Api.APIMessageTopLevelComponent>().toExtend<Discord.TopLevelComponent>()
  expectTypeOf<Discord.TopLevelComponent>().toExtend<Api.APIMessageTopLevelComponent>()
  expectTypeOf<Exclude<Api.APIInteraction, Api.APIPingInteraction>>().toExtend<Discord.RawInteraction>()
  expectTypeOf<Discord.RawInteraction>().toExtend<Api.APIInteraction>()
  expectTypeOf<Api.RESTPostAPIApplicationCommandsJSONBody>().toExtend<Discord.CommandBody>()
  expectTypeOf<Discord.CommandBody>().toExtend<Api.RESTPostAPIApplicationCommandsJSONBody>()
})

it("permissions have Discord's names, and none is missing", () => {
  type Published = Exclude<keyof typeof Api.PermissionFlagsBits, "ManageEmojisAndStickers">
  expectTypeOf<keyof typeof Permissions.bits>().toEqualTypeOf<Published>()
})

it("mentions and translations need no enums", () => {
  expectTypeOf({ parse: ["users"] } as const).toExtend<Discord.AllowedMentions>()
  expectTypeOf({ de: "zähler", "en-GB": "counter" } as const).toExtend<Discord.Localizations>()
})

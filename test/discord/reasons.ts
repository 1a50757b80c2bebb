/** Events that come whatever the intents are. Source: Discord, "List of Intents". */
export const withoutIntent: ReadonlyArray<string> = [
  "APPLICATION_COMMAND_PERMISSIONS_UPDATE",
  "CHANNEL_INFO",
  "ENTITLEMENT_CREATE",
  "ENTITLEMENT_DELETE",
  "ENTITLEMENT_UPDATE",
  "GUILD_MEMBERS_CHUNK",
  "INTERACTION_CREATE",
  "RATE_LIMITED",
  "READY",
  "RESUMED",
  "SOUNDBOARD_SOUNDS",
  "SUBSCRIPTION_CREATE",
  "SUBSCRIPTION_DELETE",
  "SUBSCRIPTION_UPDATE",
  "USER_UPDATE",
  "VOICE_SERVER_UPDATE"
]

/** Why the library does not send a flag of messages. */
export const flagReasons: Readonly<Record<string, string>> = {
  Crossposted: "only received",
  FailedToMentionSomeRolesInThread: "only received",
  HasSnapshot: "only received",
  HasThread: "only received",
  IsCrosspost: "only received",
  IsVoiceMessage: "voice messages need a waveform, which the library does not compute",
  Loading: "only received",
  ShouldShowLinkNotDiscordWarning: "only received",
  SourceMessageDeleted: "only received",
  Urgent: "only received"
}

/** Why the library does not send a field of Discord's types: `Object.field`, where `*` stands for any. */
export const reasons: Readonly<Record<string, string>> = {
  // Only received, or sent for nothing.
  "APIEmbed.flags": "only received",
  "APIEmbed.provider": "only received",
  "APIEmbed.type": "always `rich` for what a bot sends",
  "APIEmbed.video": "only received",
  "APIEmbedAuthor.proxy_icon_url": "only received",
  "APIEmbedFooter.proxy_icon_url": "only received",
  "APIEmbedImage.content_type": "only received",
  "APIEmbedImage.description": "only received",
  "APIEmbedImage.flags": "only received",
  "APIEmbedImage.height": "only received",
  "APIEmbedImage.placeholder": "only received",
  "APIEmbedImage.placeholder_version": "only received",
  "APIEmbedImage.proxy_url": "only received",
  "APIEmbedImage.width": "only received",
  "APIEmbedProvider.*": "only received",
  "APIEmbedVideo.*": "only received",
  "APIFileComponent.name": "only received",
  "APIFileComponent.size": "only received",
  "APIUnfurledMediaItem.attachment_id": "only received",
  "APIUnfurledMediaItem.content_type": "only received",
  "APIUnfurledMediaItem.flags": "only received",
  "APIUnfurledMediaItem.height": "only received",
  "APIUnfurledMediaItem.loading_state": "only received",
  "APIUnfurledMediaItem.placeholder": "only received",
  "APIUnfurledMediaItem.placeholder_version": "only received",
  "APIUnfurledMediaItem.proxy_url": "only received",
  "APIUnfurledMediaItem.width": "only received",

  // Deprecated by Discord.
  "*.default_permission": "deprecated: `defaultMemberPermissions`",
  "*.dm_permission": "deprecated: `contexts`",
  "APIPremiumRequiredInteractionResponse.*": "deprecated: `Button.premium`",
  "APITextInputComponent.label": "deprecated: the label is that of the Label around it",

  // Not needed.
  "APIApplicationCommandSubcommandGroupOption.required": "in the types only: a subcommand is never required",
  "APIApplicationCommandSubcommandOption.required": "in the types only: a subcommand is never required",
  "RESTPostAPIContextMenuApplicationCommandsJSONBody.description_localizations":
    "in the types only: a context menu command has no description",
  "APIInteractionResponseCallbackData.applied_tags": "only for webhooks in forums: `Webhook.SendOptions`",
  "APIInteractionResponseCallbackData.thread_name": "only for webhooks in forums: `Webhook.SendOptions`",
  "RESTAPIMessageReference.guild_id": "optional: Discord knows the guild of the channel",
  "RESTAPIPoll.layout_type": "Discord has one layout, which is the default",

  // Of the machine.
  "API*Component*.id": "Discord numbers components; where a number matters: `{ ...Layout.text('…'), id: 7 }`",
  "APIInteractionResponsePong.type": "answered by `fibercord/http` in the body of a request: test/http",
  "GatewayHeartbeat.*": "sent by the shard: test/gateway",
  "GatewayIdentify.*": "sent by the shard: test/gateway",
  "GatewayIdentifyData.*": "sent by the shard: test/gateway",
  "GatewayIdentifyProperties.*": "sent by the shard: test/gateway",
  "GatewayResume.*": "sent by the shard: test/gateway",
  "GatewayResumeData.*": "sent by the shard: test/gateway",

  // Not there yet: `DiscordRest.use` sends them.
  "APIMessageSharedClientTheme.*": "themes of the client are not a matter of dialogues",
  "RESTPostAPIChannelMessageJSONBody.shared_client_theme": "themes of the client are not a matter of dialogues",
  "RESTAPIAttachment.duration_secs": "voice messages need a waveform, which the library does not compute",
  "RESTAPIAttachment.title": "Discord fills it in when it changes the name of a file",
  "RESTAPIAttachment.waveform": "voice messages need a waveform, which the library does not compute",
  "RESTPostAPIChannelWebhookJSONBody.avatar": "each message of a webhook can have its own, `avatarUrl`"
}

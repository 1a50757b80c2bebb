/**
 * The routes that Discord documents, with their methods, so that a method which is missing here is told from one that
 * Discord refuses. Source: Discord, the routes of all pages of its documentation, in August 2026.
 */
const documented = `
/applications/*/activity-instances/* GET
/applications/*/commands/* DELETE GET PATCH
/applications/*/commands GET POST PUT
/applications/*/emojis/* DELETE GET PATCH
/applications/*/emojis GET POST
/applications/*/entitlements/*/consume POST
/applications/*/entitlements/* DELETE GET
/applications/*/entitlements GET POST
/applications/*/guilds/*/commands/*/permissions GET PUT
/applications/*/guilds/*/commands/* DELETE GET PATCH
/applications/*/guilds/*/commands/permissions GET PUT
/applications/*/guilds/*/commands GET POST PUT
/applications/*/role-connections/metadata GET PUT
/applications/*/skus GET
/applications/@me GET PATCH
/channels/*/followers POST
/channels/*/invites GET POST
/channels/*/messages/*/crosspost POST
/channels/*/messages/*/reactions/*/* DELETE
/channels/*/messages/*/reactions/*/@me DELETE PUT
/channels/*/messages/*/reactions/* DELETE GET
/channels/*/messages/*/reactions DELETE
/channels/*/messages/*/threads POST
/channels/*/messages/* DELETE GET PATCH
/channels/*/messages/bulk-delete POST
/channels/*/messages/pins/* DELETE PUT
/channels/*/messages/pins GET
/channels/*/messages GET POST
/channels/*/permissions/* DELETE PUT
/channels/*/pins/* DELETE PUT
/channels/*/pins GET
/channels/*/polls/*/answers/* GET
/channels/*/polls/*/expire POST
/channels/*/recipients/* DELETE PUT
/channels/*/send-soundboard-sound POST
/channels/*/thread-members/* DELETE GET PUT
/channels/*/thread-members/@me DELETE PUT
/channels/*/thread-members GET
/channels/*/threads/archived/private GET
/channels/*/threads/archived/public GET
/channels/*/threads POST
/channels/*/typing POST
/channels/*/users/@me/threads/archived/private GET
/channels/*/voice-status PUT
/channels/*/webhooks GET POST
/channels/* DELETE GET PATCH
/gateway/bot GET
/gateway GET
/guilds/*/audit-logs GET
/guilds/*/auto-moderation/rules/* DELETE GET PATCH
/guilds/*/auto-moderation/rules GET POST
/guilds/*/bans/* DELETE GET PUT
/guilds/*/bans GET
/guilds/*/bulk-ban POST
/guilds/*/channels GET PATCH POST
/guilds/*/emojis/* DELETE GET PATCH
/guilds/*/emojis GET POST
/guilds/*/incident-actions PUT
/guilds/*/integrations/* DELETE
/guilds/*/integrations GET
/guilds/*/invites GET
/guilds/*/members/*/roles/* DELETE PUT
/guilds/*/members/* DELETE GET PATCH PUT
/guilds/*/members/@me/nick PATCH
/guilds/*/members/@me PATCH
/guilds/*/members/search GET
/guilds/*/members GET
/guilds/*/messages/search GET
/guilds/*/onboarding GET PUT
/guilds/*/preview GET
/guilds/*/prune GET POST
/guilds/*/regions GET
/guilds/*/roles/* DELETE GET PATCH
/guilds/*/roles/member-counts GET
/guilds/*/roles GET PATCH POST
/guilds/*/scheduled-events/*/users GET
/guilds/*/scheduled-events/* DELETE GET PATCH
/guilds/*/scheduled-events GET POST
/guilds/*/soundboard-sounds/* DELETE GET PATCH
/guilds/*/soundboard-sounds GET POST
/guilds/*/stickers/* DELETE GET PATCH
/guilds/*/stickers GET POST
/guilds/*/templates/* DELETE PATCH PUT
/guilds/*/templates GET POST
/guilds/*/threads/active GET
/guilds/*/vanity-url GET
/guilds/*/voice-states/* GET PATCH
/guilds/*/voice-states/@me GET PATCH
/guilds/*/webhooks GET
/guilds/*/welcome-screen GET PATCH
/guilds/*/widget.json GET
/guilds/*/widget.png GET
/guilds/*/widget GET PATCH
/guilds/* GET PATCH
/guilds/templates/* GET
/interactions/*/*/callback POST
/invites/*/target-users/job-status GET
/invites/*/target-users GET PUT
/invites/* DELETE GET
/lobbies/*/channel-linking PATCH
/lobbies/*/members/*/invites POST
/lobbies/*/members/* DELETE PUT
/lobbies/*/members/@me/invites POST
/lobbies/*/members/@me DELETE
/lobbies/*/members/bulk POST
/lobbies/*/messages/*/moderation-metadata PUT
/lobbies/*/messages GET POST
/lobbies/* DELETE GET PATCH
/lobbies POST PUT
/oauth2/@me GET
/oauth2/applications/@me GET
/skus/*/subscriptions/* GET
/skus/*/subscriptions GET
/soundboard-default-sounds GET
/stage-instances/* DELETE GET PATCH
/stage-instances POST
/sticker-packs/* GET
/sticker-packs GET
/stickers/* GET
/users/* GET
/users/@me/applications/*/role-connection DELETE GET PUT
/users/@me/channels POST
/users/@me/connections GET
/users/@me/guilds/*/member GET
/users/@me/guilds/* DELETE
/users/@me/guilds GET
/users/@me GET PATCH
/voice/regions GET
/webhooks/*/*/github POST
/webhooks/*/*/messages/* DELETE GET PATCH
/webhooks/*/*/messages/@original DELETE GET PATCH
/webhooks/*/*/slack POST
/webhooks/*/* DELETE GET PATCH POST
/webhooks/* DELETE GET PATCH
`

const table = documented
  .trim()
  .split("\n")
  .map((line) => {
    const [pattern = "", ...methods] = line.split(" ")
    return { pattern: pattern.split("/"), methods: new Set(methods) }
  })

/** Whether Discord documents a method of a path. */
export const isDocumented = (method: string, path: string): boolean => {
  const given = path.split("/")
  return table.some(
    ({ methods, pattern }) =>
      methods.has(method) &&
      pattern.length === given.length &&
      pattern.every((part, index) => part === "*" || part === given[index])
  )
}

/** All methods of all paths, with stars in the places of ids. */
export const documentedRoutes: ReadonlyArray<readonly [method: string, pattern: string]> = table.flatMap(
  ({ methods, pattern }) => [...methods].map((method) => [method, pattern.join("/")] as const)
)

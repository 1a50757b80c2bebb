/** Discord's REST errors. Source: Discord, "Opcodes and Status Codes", JSON Error Codes. */
import type { Json } from "./json.ts"

/** An error response. Handlers of routes throw it, and one place turns it into a response. */
export class ApiError extends Error {
  readonly status: number
  readonly code: number
  readonly errors: Json | undefined

  constructor(status: number, code: number, message: string, errors?: Json) {
    super(message)
    this.status = status
    this.code = code
    this.errors = errors
  }

  /** The body of the response. */
  get body(): Json {
    return { message: this.message, code: this.code, ...(this.errors === undefined ? {} : { errors: this.errors }) }
  }
}

export const contentType = () =>
  new ApiError(
    400,
    50035,
    "Expected \"Content-Type\" header to be one of {'application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'}."
  )
export const unauthorized = () => new ApiError(401, 0, "401: Unauthorized")
export const notFound = () => new ApiError(404, 0, "404: Not Found")
export const methodNotAllowed = () => new ApiError(405, 0, "405: Method Not Allowed")
export const unknownChannel = () => new ApiError(404, 10003, "Unknown Channel")
export const unknownGuild = () => new ApiError(404, 10004, "Unknown Guild")
export const unknownMember = () => new ApiError(404, 10007, "Unknown Member")
export const unknownRole = () => new ApiError(404, 10011, "Unknown Role")
export const unknownEmoji = () => new ApiError(404, 10014, "Unknown Emoji")
export const unknownVoiceState = () => new ApiError(404, 10065, "Unknown Voice State")
export const unknownMessage = () => new ApiError(404, 10008, "Unknown Message")
export const unknownUser = () => new ApiError(404, 10013, "Unknown User")
export const unknownBan = () => new ApiError(404, 10026, "Unknown Ban")
export const unknownEntitlement = () => new ApiError(404, 10029, "Unknown Entitlement")
export const unknownWebhook = () => new ApiError(404, 10015, "Unknown Webhook")
export const unknownPoll = () => new ApiError(400, 520001, "Poll expired")
export const botsCannot = () => new ApiError(403, 20001, "Bots cannot use this endpoint")
export const unknownCommandPermissions = () => new ApiError(404, 10066, "Unknown application command permissions")
export const missingAccess = () => new ApiError(403, 50001, "Missing Access")
export const missingPermissions = () => new ApiError(403, 50013, "Missing Permissions")
export const notInDirectMessages = () => new ApiError(400, 50003, "Cannot execute action on a DM channel")
export const cannotMessageUser = () => new ApiError(403, 50007, "Cannot send messages to this user")
export const noMutualGuild = () =>
  new ApiError(403, 50278, "Cannot send messages to this user due to having no mutual guilds")
export const threadArchived = () => new ApiError(400, 50083, "Thread is archived")
export const threadLocked = () => new ApiError(400, 160005, "Thread is locked")
export const wrongChannelType = () => new ApiError(400, 50024, "Cannot execute action on this channel type")
export const unknownTag = () => new ApiError(404, 10087, "Unknown Tag")
export const tagRequired = () => new ApiError(400, 40067, "A tag is required to create a forum post in this channel")
export const inForum = () => new ApiError(400, 40058, "Cannot send a message in a forum channel")
export const alreadyThread = () => new ApiError(400, 160004, "A thread has already been created for this message")
export const unreadableForward = () =>
  new ApiError(400, 160014, "You cannot forward a message whose content you cannot read.")
export const replyToNothing = () =>
  new ApiError(400, 50035, "Invalid Form Body", {
    message_reference: { _errors: [{ code: "REPLIES_UNKNOWN_MESSAGE", message: "Unknown message" }] }
  })
const referenceProblem = (code: string, message: string) =>
  new ApiError(400, 50035, "Invalid Form Body", { message_reference: { _errors: [{ code, message }] } })
export const replyToSystem = () =>
  referenceProblem("REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", "Cannot reply to a system message")
export const fullForward = () =>
  referenceProblem("FORWARD_CONTAINS_UNSUPPORTED_CONTENT", "A forward has nothing but its reference")
// The code is not documented.
export const unforwardable = () =>
  referenceProblem("FORWARD_CANNOT_FORWARD_MESSAGE", "This message cannot be forwarded")
// As reported in Voxel-Fox-Ltd/Flower, issue 63.
export const noHistory = () => new ApiError(403, 160002, "Cannot reply without permission to read message history")
// Source: discord-api-types, `RESTJSONErrorCodes`.
export const noHistoryThere = () =>
  new ApiError(403, 160009, "Cannot reference a message without permission to read message history")
export const forwardFromNowhere = () =>
  new ApiError(400, 50035, "Invalid Form Body", {
    message_reference: { channel_id: { _errors: [{ code: "BASE_TYPE_REQUIRED", message: "This field is required" }] } }
  })
export const tooOld = () => new ApiError(400, 50034, "A message provided was too old to bulk delete")
export const unknownInteraction = () => new ApiError(404, 10062, "Unknown interaction")
export const unknownCommand = () => new ApiError(404, 10063, "Unknown application command")
export const tooManyCommands = () => new ApiError(400, 30032, "Maximum number of application commands reached (100)")
export const alreadyAcknowledged = () => new ApiError(400, 40060, "Interaction has already been acknowledged.")
export const notYours = () => new ApiError(403, 50005, "Cannot edit a message authored by another user")
export const emptyMessage = () => new ApiError(400, 50006, "Cannot send an empty message")
export const tooLarge = () => new ApiError(413, 40005, "Request entity too large")
export const uploadNotFound = () => new ApiError(400, 50146, "Uploaded file not found.")
export const tooManyAttachments = () =>
  new ApiError(400, 30015, "Maximum number of attachments in a message reached (10)")
export const commandExists = () => new ApiError(400, 40041, "An application command with that name already exists")
export const tooManyCreations = () =>
  new ApiError(400, 30034, "Max number of daily application command creates has been reached (200)")
// The code is not in Discord's table: serenity #2993 and NerdBot #609 have it from Discord's answers.
export const entryPointDropped = () =>
  new ApiError(
    400,
    50240,
    "You cannot remove this app's Entry Point command in a bulk update operation. Please include the Entry Point command in your update request or delete it separately."
  )
export const invalidToken = () => new ApiError(401, 50027, "Invalid Webhook Token")
export const notJson = () => new ApiError(400, 50109, "The request body contains invalid JSON.")
export const tooManyRoles = () => new ApiError(400, 30005, "Maximum number of guild roles reached (250)")
export const bannedFromGuild = () => new ApiError(403, 40007, "The user is banned from this guild.")
export const notInVoice = () => new ApiError(400, 40032, "Target user is not connected to voice.")
export const invalidAccessToken = () => new ApiError(403, 50025, "Invalid OAuth2 access token")
export const invalidRole = () => new ApiError(400, 50028, "Invalid Role")
export const invalidGuild = () => new ApiError(400, 50055, "Invalid Guild")
export const needsBoosts = () => new ApiError(403, 50101, "This server needs more boosts to perform this action")
export const failedToBan = () => new ApiError(400, 500000, "Failed to ban users")
export const invalidRecipients = () => new ApiError(400, 50033, "Invalid Recipient(s)")

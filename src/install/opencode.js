// Tells git chittysync of lists as they change, and a new session of what others left open.
const program = "PROGRAM"
const agent = "AGENT"

export const Chittysync = async ({ directory, $ }) => {
  // Whatever goes wrong, the agent goes on.
  const tell = async (event) => {
    try {
      const input = new Response(JSON.stringify({ cwd: directory, ...event }))
      return await $`${program} hook ${agent} < ${input}`.quiet().nothrow().text()
    } catch {
      return ""
    }
  }
  const context = async (session) => {
    try {
      const answer = await tell({ hook_event_name: "SessionStart", session_id: session })
      return JSON.parse(answer).hookSpecificOutput.additionalContext
    } catch {
      return ""
    }
  }
  const told = new Map()
  return {
    event: async ({ event }) => {
      if (event.type !== "todo.updated") return
      const { sessionID, todos } = event.properties
      const tool = { tool_name: "todowrite", tool_input: { todos } }
      await tell({ hook_event_name: "PostToolUse", session_id: sessionID, ...tool })
    },
    "experimental.chat.system.transform": async ({ sessionID }, output) => {
      if (!sessionID) return
      if (!told.has(sessionID)) told.set(sessionID, await context(sessionID))
      if (told.get(sessionID)) output.system.push(told.get(sessionID))
    },
  }
}

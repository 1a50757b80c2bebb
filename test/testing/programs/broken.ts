/** Ends while it is loaded. */
throw new Error("broken")

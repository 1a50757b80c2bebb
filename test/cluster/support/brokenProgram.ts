/** The program of a worker thread that cannot start. */
throw new Error("it is broken")

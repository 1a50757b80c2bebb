/** A program that says whether its date is a whole number of milliseconds while its time is moved. */
setTimeout(() => console.log(Number.isInteger(Date.now()) ? "whole" : "a fraction"), 60_000.5)
console.log("ready")

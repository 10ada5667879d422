/** Return whether an address is a path of the desk: one from elsewhere must not lead away from it after signing in. */
export function isOwnPath(next: unknown): next is string {
  return typeof next === "string" && /^\/desk(\/(?!sign-in)|\?|$)/.test(next) && !next.includes("\\");
}

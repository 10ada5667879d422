/** Return whether an address is a path of ours: one from elsewhere must not lead away from here after signing in. */
export function isOwnPath(next: unknown): next is string {
  return (
    typeof next === "string" && /^\/(desk|me|setup)(\/(?!sign-in)|\?|$)/.test(next) && !next.includes("\\")
  );
}

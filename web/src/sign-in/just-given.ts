/** What somebody has just signed in with: kept in memory alone until the page that asks for one of their own has used it. */
let given: { username: string; password: string } | null = null;

export function keepGiven(username: string, password: string): void {
  given = { username, password };
}
export function forgetGiven(): void {
  given = null;
}
export const givenBy = (username: string): string | null =>
  given?.username.toLowerCase() === username.toLowerCase() ? given.password : null;

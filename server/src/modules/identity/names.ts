/** One name is one user however it is written: without case, and with compatible characters made one (NFKC). */
export const foldUsername = (username: string): string => username.normalize("NFKC").trim().toLowerCase();
